import { Labels } from '../../model/labels.ts'
import { ByteKeys, hashOfBytes } from '../../util/byte-keys.ts'
import type { ByteCursor } from './bytes.ts'

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
  /** The text of slot `i` is key `i`. */
  readonly #texts = new ByteKeys()
  /** Follower of slot `i` at `i + 1`; at 0 the first line. */
  #followers = new Int32Array(256).fill(NONE)
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
    return this.#texts.lengthOf(slot)
  }

  /** The slot that followed `previous` (-1: began the body) last time, if its text stands at `at` now; else -1. */
  expected(previous: number, view: DataView, at: number): number {
    const slot = this.#followers[previous + 1] ?? NONE
    if (slot === NONE || at + this.#texts.lengthOf(slot) >= view.byteLength) return NONE
    return this.#texts.standsAt(slot, view, at) ? slot : NONE
  }

  /** The slot of the text that is the bytes [start, end), or -1. */
  find(hash: number, view: DataView, start: number, end: number): number {
    return this.#texts.find(hash, view, start, end)
  }

  follow(previous: number, slot: number): void {
    this.#followers[previous + 1] = slot
  }

  /** Gives the slot of a series that `find` did not find and that stands from `start` up to the cursor. */
  addSeries(hash: number, { view, pos }: ByteCursor, start: number, labels: Labels): number {
    return this.#add(this.#texts.add(hash, view, start, pos), labels, undefined)
  }

  /** The slot of the comment [start, end); a new one means what `parse` makes of its text (one character a byte). */
  slotOfComment(
    { body, view }: ByteCursor,
    start: number,
    end: number,
    parse: (text: string) => MetadataStatement | undefined,
  ): { readonly slot: number; readonly isNew: boolean } {
    const hash = hashOfBytes(view, start, end)
    const known = this.#texts.find(hash, view, start, end)
    if (known !== NONE) return { slot: known, isNew: false }
    const statement = parse(body.toString('latin1', start, end))
    return { slot: this.#add(this.#texts.add(hash, view, start, end), Labels.empty, statement), isNew: true }
  }

  /** To be called before a body is read. Forgets everything when the last body left far more lines than it had. */
  beginBody(): void {
    if (this.size <= this.#lastUsed * 2 + SPARE_LINES) return
    this.#epoch++
    this.labels = []
    this.statements.length = 0
    this.#texts.clear()
    this.#followers.fill(NONE)
  }

  /** To be called after a body was read to its end, with the number of lines in it that have a slot. */
  finishBody(used: number): void {
    this.#lastUsed = used
  }

  #add(slot: number, labels: Labels, statement: MetadataStatement | undefined): number {
    this.labels.push(labels)
    this.statements.push(statement)
    if (slot + 1 < this.#followers.length) return slot
    const followers = new Int32Array(this.#followers.length * 2).fill(NONE)
    followers.set(this.#followers)
    this.#followers = followers
    return slot
  }
}
