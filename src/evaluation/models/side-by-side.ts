import { FEATURE_COUNT } from '../text/features.ts'
import type { FeatureBlock } from './linear-model.ts'

/** Models of which each feature has a byte in one row of the table. */
const LANES = 8
/** A byte holds a weight plus this, so that bytes can be added without regard to signs. */
const OFFSET = 0x80
const EMPTY_BYTES = -0x7f7f7f80
/** Features whose bytes can be added before sixteen bits are full. */
const ADDED_AT_ONCE = 0xffff / 0xff
const EVEN_BYTES = 0x00ff00ff
/** Blocks whose sums are kept: those of a request's prompt and answer, and of their parts. */
const REMEMBERED = 8

/**
 * The weights of several models, side by side. Several models read the same text, and nearly all of a model's time goes
 * into fetching a byte for each feature from memory that is in no cache; here one fetch brings the bytes of all.
 */
export class SideBySide {
  #rows: Int32Array | undefined
  #used = 0
  readonly #blocks: FeatureBlock[] = []
  readonly #sums: Int32Array[] = []
  #next = 0

  /** Takes the weights of a model in, for features before they are salted; gives their lane, or undefined when no more fit. */
  add(weights: Int8Array, salt = 0): number | undefined {
    if (this.#used === LANES) return undefined
    const rows = (this.#rows ??= new Int32Array((FEATURE_COUNT * LANES) / 4).fill(EMPTY_BYTES))
    const bytes = new Uint8Array(rows.buffer)
    const lane = this.#used++
    for (let id = 0; id < FEATURE_COUNT; id++) bytes[id * LANES + lane] = (weights[id ^ salt] ?? 0) + OFFSET
    this.#blocks.length = 0
    return lane
  }

  /** How many models have been taken in. One alone is read faster from its own weights. */
  get size(): number {
    return this.#used
  }

  /** The sum of a model's weights over the features of a block. The block must not change afterwards. */
  sumOf(block: FeatureBlock, lane: number): number {
    const known = this.#blocks.indexOf(block)
    if (known !== -1) return this.#sums[known]?.[lane] ?? 0
    const sums = this.#sumsOf(block)
    this.#blocks[this.#next] = block
    this.#sums[this.#next] = sums
    this.#next = (this.#next + 1) % REMEMBERED
    return sums[lane] ?? 0
  }

  #sumsOf(block: FeatureBlock): Int32Array {
    const sums = new Int32Array(LANES + 1).fill(-OFFSET * block.length)
    if (this.#rows === undefined) return sums
    // Kept behind the sums, so that no compiler leaves the fetching out.
    sums[LANES] = fetchRows(this.#rows, block)
    for (let from = 0; from < block.length; from += ADDED_AT_ONCE) {
      addRows(this.#rows, block.subarray(from, from + ADDED_AT_ONCE), sums)
    }
    return sums
  }
}

/** Touches each row: a loop that does nothing else has more fetches under way at once than one that adds as well. */
function fetchRows(rows: Int32Array, ids: FeatureBlock): number {
  let touched = 0
  for (let i = 0; i < ids.length; i++) touched ^= rows[(ids[i] ?? 0) * 2] ?? 0
  return touched
}

/** Adds four bytes at a time, each second one into sixteen bits of its own. */
function addRows(rows: Int32Array, ids: FeatureBlock, sums: Int32Array): void {
  let even = 0
  let odd = 0
  let evenAfter = 0
  let oddAfter = 0
  for (let i = 0; i < ids.length; i++) {
    const at = (ids[i] ?? 0) * 2
    const first = rows[at] ?? 0
    const second = rows[at + 1] ?? 0
    even = (even + (first & EVEN_BYTES)) | 0
    odd = (odd + ((first >>> 8) & EVEN_BYTES)) | 0
    evenAfter = (evenAfter + (second & EVEN_BYTES)) | 0
    oddAfter = (oddAfter + ((second >>> 8) & EVEN_BYTES)) | 0
  }
  const halves = [even, odd, even >>> 16, odd >>> 16, evenAfter, oddAfter, evenAfter >>> 16, oddAfter >>> 16]
  for (let lane = 0; lane < LANES; lane++) sums[lane] = (sums[lane] ?? 0) + ((halves[lane] ?? 0) & 0xffff)
}
