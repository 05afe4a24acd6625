import type { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import { Lru } from '../../util/lru.ts'
import { atOnce, type Steps } from '../../util/steps.ts'

/** What the index needs to know of a series. Ids grow with each new series. */
export interface IndexedSeries {
  readonly id: number
  readonly labels: Labels
}

/** Remembered answers to "which values of this label match this expression"; dashboards and rules ask the same ones again and again. */
const REMEMBERED_MATCHES = 500

/** A value takes up to 10 us to be tested against an expression: this many take a few milliseconds. */
export const TESTS_PER_STEP = 1_000

/** The series that have one value of one label, ascending by id. One that is alone stands for itself, since a list for each would be most of the index. */
type Postings<S> = S | S[]

/** When the lists of the wanted values hold more than this share of all series, going through all is cheaper than sorting the lists together. */
const SORTED_SHARE = 0.1

interface LabelValues<S> {
  /** The one copy of the name that all label sets share. */
  readonly text: string
  readonly postings: Map<string, Postings<S>>
  /** Changes whenever a value comes or goes; of no two states of any label the same. */
  version: number
}

/** Which series have which label: name → value → series in ascending order of id. */
export class LabelIndex<S extends IndexedSeries> {
  readonly #labels = new Map<string, LabelValues<S>>()
  readonly #all: S[] = []
  #newestVersion = 0
  readonly #remembered = new Lru<string, { readonly version: number; readonly values: readonly string[] }>(
    REMEMBERED_MATCHES,
  )

  get size(): number {
    return this.#all.length
  }

  /** Adds a series whose id is above those of all others. */
  add(series: S): void {
    this.#all.push(series)
    for (const [name, value] of series.labels.entries()) this.#addPosting(this.#label(name), value, series)
  }

  /** Lets the label set stand on the strings that the index holds already: each name and value is in memory once. */
  intern(labels: Labels): void {
    const pairs = labels.pairs.slice()
    for (let i = 0; i < pairs.length; i += 2) {
      const [name, value] = [pairs[i] ?? '', pairs[i + 1] ?? '']
      const label = this.#labels.get(name)
      const same = firstOf(label?.postings.get(value))
      pairs[i] = label?.text ?? ownCopy(name)
      pairs[i + 1] = same?.labels.get(name) ?? ownCopy(value)
    }
    labels.shareTexts(pairs)
  }

  /** Removes series; in one go, because each list that one of them is in is written anew. */
  remove(series: readonly S[]): void {
    if (series.length === 0) return
    const removed = new Set(series)
    const lists = new Map<string, Set<string>>()
    for (const { labels } of series) {
      for (const [name, value] of labels.entries()) {
        const values = lists.get(name) ?? new Set()
        lists.set(name, values.add(value))
      }
    }
    for (const [name, values] of lists) this.#removeFrom(name, values, removed)
    keepInPlace(this.#all, (one) => !removed.has(one))
  }

  names(): string[] {
    return [...this.#labels.keys()]
  }

  values(name: string): string[] {
    return [...(this.#labels.get(name)?.postings.keys() ?? [])]
  }

  /** Series that have the label with this value, ascending by id. Not to be changed. */
  having(name: string, value: string): readonly S[] {
    return listOf(this.#labels.get(name)?.postings.get(value))
  }

  /** How many series have each value of the label. */
  counts(name: string): Array<readonly [value: string, count: number]> {
    return [...(this.#labels.get(name)?.postings ?? [])].map(([value, postings]) => [value, sizeOf(postings)])
  }

  /** The series that match all matchers, ascending by id. No matchers: all series. The array is not to be changed. */
  select(matchers: readonly Matcher[]): readonly S[] {
    return atOnce(this.selecting(matchers))
  }

  /**
   * The same in steps, because testing the values of a label of many values against an expression takes long.
   * The array is that of the moment at which the last step ends.
   */
  *selecting(matchers: readonly Matcher[]): Steps<readonly S[]> {
    // What must be there narrows first, the rest then filters few series instead of subtracting long lists.
    const [positive, other] = partition(matchers, (matcher) => !matcher.matches(''))
    const [listed, searched] = partition(positive, (matcher) => literalsOf(matcher) !== undefined)
    if (!listed.some((matcher) => this.#count(matcher) <= TESTS_PER_STEP)) {
      for (const matcher of [...searched, ...other]) yield* this.#testing(matcher)
    }
    const first = this.#smallest(listed) ?? this.#smallest(searched)
    let found: readonly S[] = first === undefined ? this.#all : this.#matching(first)
    for (const matcher of [...listed, ...searched, ...other]) {
      if (found.length === 0) return found
      if (matcher !== first) found = this.#narrow(found, matcher)
    }
    return found
  }

  #label(name: string): LabelValues<S> {
    const known = this.#labels.get(name)
    if (known !== undefined) return known
    const label = { text: name, postings: new Map<string, Postings<S>>(), version: this.#newestVersion }
    this.#labels.set(name, label)
    return label
  }

  #addPosting(label: LabelValues<S>, value: string, series: S): void {
    const known = label.postings.get(value)
    if (Array.isArray(known)) {
      known.push(series)
    } else if (known !== undefined) {
      label.postings.set(value, [known, series])
    } else {
      label.postings.set(value, series)
      label.version = ++this.#newestVersion
    }
  }

  #removeFrom(name: string, values: ReadonlySet<string>, removed: ReadonlySet<S>): void {
    const label = this.#label(name)
    for (const value of values) {
      const left = listOf(label.postings.get(value)).filter((one) => !removed.has(one))
      const [first] = left
      if (first !== undefined) {
        label.postings.set(value, left.length === 1 ? first : left)
        continue
      }
      label.postings.delete(value)
      label.version = ++this.#newestVersion
    }
    if (label.postings.size === 0) this.#labels.delete(name)
  }

  /** The matcher that leaves the fewest series; of those that need a value. */
  #smallest(matchers: readonly Matcher[]): Matcher | undefined {
    let smallest: Matcher | undefined
    let smallestCount = Infinity
    for (const matcher of matchers) {
      const count = matchers.length === 1 ? 0 : this.#count(matcher)
      if (count < smallestCount) [smallest, smallestCount] = [matcher, count]
    }
    return smallest
  }

  #count(matcher: Matcher): number {
    const postings = this.#labels.get(matcher.name)?.postings
    return this.#matchingValues(matcher).reduce((total, value) => total + sizeOf(postings?.get(value)), 0)
  }

  /** All series with a value that the matcher matches; for matchers that do not match the empty string. */
  #matching(matcher: Matcher): readonly S[] {
    const values = this.#matchingValues(matcher)
    const lists = values.map((value) => this.having(matcher.name, value)).filter((list) => list.length > 0)
    const [first] = lists
    if (first === undefined) return []
    if (lists.length === 1) return first
    const count = lists.reduce((total, list) => total + list.length, 0)
    if (count < this.#all.length * SORTED_SHARE) return lists.flat().sort((a, b) => a.id - b.id)
    const wanted = new Set(values)
    return this.#all.filter(({ labels }) => wanted.has(labels.get(matcher.name)))
  }

  /** Values of the label that match, by the cheapest way that the matcher allows. */
  #matchingValues(matcher: Matcher): readonly string[] {
    const literals = literalsOf(matcher)
    if (literals !== undefined) return [...literals]
    return this.#rememberedValues(matcher) ?? this.#remember(matcher, (value) => matcher.matches(value))
  }

  /** Tests the values of the label in steps, so that `select` finds the answer remembered. Not where they are few. */
  *#testing(matcher: Matcher): Steps<void> {
    const values = this.#labels.get(matcher.name)?.postings
    if (values === undefined || values.size <= TESTS_PER_STEP || this.#rememberedValues(matcher) !== undefined) return
    const tested = new Map<string, boolean>()
    for (const value of values.keys()) {
      tested.set(value, matcher.matches(value))
      if (tested.size % TESTS_PER_STEP === 0) yield
    }
    // Meanwhile values may have come and gone.
    this.#remember(matcher, (value) => tested.get(value) ?? matcher.matches(value))
  }

  #remember(matcher: Matcher, matches: (value: string) => boolean): readonly string[] {
    const label = this.#labels.get(matcher.name)
    if (label === undefined) return []
    const values = [...label.postings.keys()].filter(matches)
    this.#remembered.set(matcher.toString(), { version: label.version, values })
    return values
  }

  #rememberedValues(matcher: Matcher): readonly string[] | undefined {
    const known = this.#remembered.get(matcher.toString())
    return known?.version === this.#labels.get(matcher.name)?.version ? known?.values : undefined
  }

  #narrow(found: readonly S[], matcher: Matcher): readonly S[] {
    if (matcher.type === '=' && matcher.value !== '') return intersect(found, this.having(matcher.name, matcher.value))
    // Many series share few values.
    const remembered = found.length > TESTS_PER_STEP ? this.#rememberedValues(matcher) : undefined
    if (remembered !== undefined) {
      const wanted = new Set(remembered)
      if (matcher.matches('')) wanted.add('')
      return found.filter(({ labels }) => wanted.has(labels.get(matcher.name)))
    }
    const known = new Map<string, boolean>()
    return found.filter(({ labels }) => {
      const value = labels.get(matcher.name)
      let matches = known.get(value)
      if (matches === undefined) known.set(value, (matches = matcher.matches(value)))
      return matches
    })
  }
}

function listOf<S extends IndexedSeries>(postings: Postings<S> | undefined): S[] {
  if (postings === undefined) return []
  return Array.isArray(postings) ? postings : [postings]
}

function firstOf<S extends IndexedSeries>(postings: Postings<S> | undefined): S | undefined {
  return Array.isArray(postings) ? postings[0] : postings
}

function sizeOf<S extends IndexedSeries>(postings: Postings<S> | undefined): number {
  if (postings === undefined) return 0
  return Array.isArray(postings) ? postings.length : 1
}

/** The values that a matcher allows, when they can be listed. */
function literalsOf(matcher: Matcher): Iterable<string> | undefined {
  switch (matcher.type) {
    case '=':
      return [matcher.value]
    case '=~':
      return matcher.regex?.literals
    case '!=':
    case '!~':
      return undefined
  }
}

/** A copy that does not keep alive the text it was cut from, such as the body of a scrape. */
function ownCopy(text: string): string {
  return String(JSON.parse(JSON.stringify(text)))
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [yes: T[], no: T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of items) (test(item) ? yes : no).push(item)
  return [yes, no]
}

/** What two ascending lists have in common. A short list is looked up in a long one, lists of like length are walked together. */
function intersect<S extends IndexedSeries>(a: readonly S[], b: readonly S[]): readonly S[] {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  const common: S[] = []
  let from = 0
  for (const one of short) {
    from = seek(long, from, one.id)
    if (long[from] === one) common.push(one)
  }
  return common
}

/** The first index from `from` on whose id is not smaller, found by steps that double and then by halving. */
function seek(list: readonly IndexedSeries[], from: number, id: number): number {
  let step = 1
  let low = from
  while (low + step < list.length && (list[low + step]?.id ?? 0) < id) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, list.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle]?.id ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}

function keepInPlace<T>(list: T[], test: (item: T) => boolean): void {
  let size = 0
  for (const item of list) if (test(item)) list[size++] = item
  list.length = size
}
