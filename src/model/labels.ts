/** The label that holds a series' metric name. */
export const METRIC_NAME = '__name__'

const EMPTY_TAG = ''

/**
 * An immutable set of labels, sorted by name, without empty values (in Prometheus's data model an empty value is an absent label).
 * Equal sets have equal `key`s, so `key` serves as a map key; it is computed once.
 */
export class Labels {
  /** name, value, name, value ... sorted by name. Always the same texts, though `shareTexts` may put other copies of them here. */
  pairs: readonly string[]
  /**
   * What a store noted on this very object, so that for senders who keep their label sets it need not look up `key` again.
   * No part of the value; means something only to the store that left it, which must expect another store's note. Equal sets may have it as well.
   */
  storeNote: object | undefined = undefined
  /** The same for the memory of the newest hours before the store. */
  headNote: object | undefined = undefined
  #key: string | undefined

  private constructor(pairs: readonly string[]) {
    this.pairs = pairs
  }

  static readonly empty = new Labels([])

  /** Sorts by name and leaves out empty values. Of a name given twice, the last value counts. */
  static from(record: Readonly<Record<string, string>> | Iterable<readonly [string, string]>): Labels {
    const values = Symbol.iterator in record ? Object.fromEntries(record) : record
    return Labels.fromSorted(sortedPairs(values))
  }

  /** For parsers that have already sorted: `pairs` must be sorted by name, without duplicates or empty values. */
  static fromSorted(pairs: readonly string[]): Labels {
    return pairs.length === 0 ? Labels.empty : new Labels(pairs)
  }

  /**
   * Lets this set stand on other copies of its texts, so that what many sets hold is in memory once: `pairs` must be equal to its own.
   * The key goes, since it is as long as all of them; it is made again for who asks.
   */
  shareTexts(pairs: readonly string[]): void {
    this.pairs = pairs
    this.#key = undefined
  }

  get size(): number {
    return this.pairs.length / 2
  }

  /** A text that equal label sets, and only those, share. */
  get key(): string {
    this.#key ??= keyOf(this.pairs)
    return this.#key
  }

  /** A number of 32 bits that equal label sets share. It is worked out each time. */
  get hash(): number {
    // FNV-1a, of each text and what ends it.
    let hash = 0x811c9dc5
    for (const text of this.pairs) {
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
      hash = Math.imul(hash ^ 0xff, 0x01000193)
    }
    return hash
  }

  equals({ pairs }: Labels): boolean {
    return (
      this.pairs === pairs || (this.pairs.length === pairs.length && this.pairs.every((text, i) => text === pairs[i]))
    )
  }

  get metricName(): string {
    return this.get(METRIC_NAME)
  }

  /** The value, or '' when the label is absent. */
  get(name: string): string {
    const pairs = this.pairs
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1] ?? EMPTY_TAG
    return ''
  }

  has(name: string): boolean {
    return this.get(name) !== ''
  }

  *entries(): IterableIterator<[name: string, value: string]> {
    const pairs = this.pairs
    for (let i = 0; i < pairs.length; i += 2) yield [pairs[i] ?? '', pairs[i + 1] ?? '']
  }

  names(): string[] {
    return this.pairs.filter((_, i) => i % 2 === 0)
  }

  /** This set with the given labels set; an empty value removes the label. */
  with(changes: Readonly<Record<string, string>>): Labels {
    const changed = Object.entries(changes)
    if (changed.length > 1) changed.sort(([a], [b]) => compareText(a, b))
    return Labels.fromSorted(merged(this.pairs, changed))
  }

  keep(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => names.has(name))
  }

  drop(names: ReadonlySet<string>): Labels {
    return this.#filter((name) => !names.has(name))
  }

  withoutName(): Labels {
    return this.#filter((name) => name !== METRIC_NAME)
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries())
  }

  /** As Prometheus writes it: `up{instance="a",job="b"}`. */
  toString(): string {
    const inner = [...this.entries()]
      .filter(([name]) => name !== METRIC_NAME)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const name = this.metricName
    return inner.length === 0 && name !== '' ? name : `${name}{${inner.join(', ')}}`
  }

  #filter(test: (name: string) => boolean): Labels {
    const { pairs } = this
    const kept: string[] = []
    // By index, because queries filter the labels of every series that they read.
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] ?? ''
      if (test(name)) kept.push(name, pairs[i + 1] ?? '')
    }
    return kept.length === pairs.length ? this : Labels.fromSorted(kept)
  }
}

/** A set of so many labels is sorted by insertion, which is quickest for a few and slow for very many. */
const FEW = 50

/** Without empty values. */
function sortedPairs(values: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(values)
  if (names.length > FEW) names.sort(compareText)
  const pairs: string[] = []
  for (const name of names) {
    const value = values[name] ?? ''
    if (value === '') continue
    let at = pairs.length
    while (at > 0 && compareText(pairs[at - 2] ?? '', name) > 0) at -= 2
    if (at === pairs.length) pairs.push(name, value)
    else pairs.splice(at, 0, name, value)
  }
  return pairs
}

/** Both in order of names; of a name in both the change counts, and an empty one takes the label away. */
function merged(pairs: readonly string[], changes: ReadonlyArray<readonly [name: string, value: string]>): string[] {
  const result: string[] = []
  let at = 0
  for (const [name, value] of changes) {
    let order = -1
    while (at < pairs.length && (order = compareText(pairs[at] ?? '', name)) < 0) {
      result.push(pairs[at] ?? '', pairs[at + 1] ?? '')
      at += 2
    }
    if (at < pairs.length && order === 0) at += 2
    if (value !== '') result.push(name, value)
  }
  for (; at < pairs.length; at++) result.push(pairs[at] ?? '')
  return result
}

const SEPARATOR = '\xff'

/** Joined by a character that label sets hardly ever contain; one that does is written with quotes, behind a separator that starts no other key. */
function keyOf(pairs: readonly string[]): string {
  return pairs.some((text) => text.includes(SEPARATOR)) ? SEPARATOR + JSON.stringify(pairs) : pairs.join(SEPARATOR)
}

/** Orders as Prometheus does: pair by pair by name then value, a prefix first. */
export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.pairs.length, b.pairs.length)
  for (let i = 0; i < length; i++) {
    // Sets that are compared have most of their texts in common, and in memory once.
    if (a.pairs[i] === b.pairs[i]) continue
    const order = compareText(a.pairs[i] ?? '', b.pairs[i] ?? '')
    if (order !== 0) return order
  }
  return a.pairs.length - b.pairs.length
}

/**
 * Orders text by its UTF-8 bytes, as Go does. JavaScript's `<` compares UTF-16 units, which puts U+10000 and above
 * before U+E000..U+FFFF; shifting surrogates above them mends exactly that.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return codePointRank(x) - codePointRank(y)
  }
  return a.length - b.length
}

function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
