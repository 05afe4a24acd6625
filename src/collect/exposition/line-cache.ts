import { Labels } from '../../model/labels.ts'

/** What a comment line says about a metric family. */
export interface MetadataStatement {
  readonly kind: 'type' | 'help' | 'unit'
  readonly name: string
  readonly text: string
}

const NONE = -1

/** So many lines may be remembered beyond twice those in use before all are forgotten. */
const SPARE_LINES = 1_000

/**
 * Remembers what the unchanging beginnings of a target's lines mean: a series (`up{job="a"}`, without value) or a whole comment.
 * A line has a number, its slot. Since a target writes its lines in the same order each time, every slot also remembers which
 * one followed it, so that a repeated scrape only compares bytes and parses no label set.
 */
export class LineCache {
  /** By slot; empty for comments. */
  labels: Labels[] = []
  /** By slot; undefined for series, and for comments that say nothing. */
  readonly statements: Array<MetadataStatement | undefined> = []
  readonly #slots = new Map<string, number>()
  /** Follower of slot `i` at `i + 1`; at 0 the first line. */
  #followers = new Int32Array(256).fill(NONE)
  /** Bytes of slot `i` are `texts[ends[i]..ends[i + 1]]`. */
  #ends = new Uint32Array(257)
  #texts = Buffer.allocUnsafe(16_384)
  #epoch = 0
  #lastUsed = Infinity

  /** Rises when the slots given before lose their meaning. */
  get epoch(): number {
    return this.#epoch
  }

  get size(): number {
    return this.labels.length
  }

  lengthOf(slot: number): number {
    return (this.#ends[slot + 1] ?? 0) - (this.#ends[slot] ?? 0)
  }

  /** The slot that followed `previous` (-1: began the body) last time, if its text stands at `at` now; else -1. */
  expected(previous: number, body: Buffer, at: number): number {
    const slot = this.#followers[previous + 1] ?? NONE
    if (slot === NONE) return NONE
    const start = this.#ends[slot] ?? 0
    const length = (this.#ends[slot + 1] ?? 0) - start
    if (at + length >= body.length) return NONE
    const texts = this.#texts
    for (let i = 0; i < length; i++) if (texts[start + i] !== body[at + i]) return NONE
    return slot
  }

  /** The slot of a text (one character a byte), or -1. */
  find(text: string): number {
    return this.#slots.get(text) ?? NONE
  }

  follow(previous: number, slot: number): void {
    this.#followers[previous + 1] = slot
  }

  addSeries(text: string, labels: Labels): number {
    return this.#add(text, labels, undefined)
  }

  addComment(text: string, statement: MetadataStatement | undefined): number {
    return this.#add(text, Labels.empty, statement)
  }

  /** To be called before a body is read. Forgets everything when the last body left far more lines than it had. */
  beginBody(): void {
    if (this.size <= this.#lastUsed * 2 + SPARE_LINES) return
    this.#epoch++
    this.labels = []
    this.statements.length = 0
    this.#slots.clear()
    this.#followers.fill(NONE)
  }

  /** To be called after a body was read to its end, with the number of lines in it that have a slot. */
  finishBody(used: number): void {
    this.#lastUsed = used
  }

  #add(text: string, labels: Labels, statement: MetadataStatement | undefined): number {
    const slot = this.labels.push(labels) - 1
    this.statements.push(statement)
    this.#slots.set(text, slot)
    const start = this.#ends[slot] ?? 0
    this.#reserve(slot, start + text.length)
    this.#texts.write(text, start, 'latin1')
    this.#ends[slot + 1] = start + text.length
    return slot
  }

  #reserve(slot: number, bytes: number): void {
    if (bytes > this.#texts.length) {
      this.#texts = Buffer.concat([this.#texts], Math.max(bytes, this.#texts.length * 2))
    }
    if (slot + 1 < this.#followers.length) return
    const followers = new Int32Array(this.#followers.length * 2).fill(NONE)
    followers.set(this.#followers)
    this.#followers = followers
    const ends = new Uint32Array(followers.length + 1)
    ends.set(this.#ends)
    this.#ends = ends
  }
}
