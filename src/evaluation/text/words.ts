import { cutInts } from '../../util/slab.ts'
import { rememberLast } from './remember.ts'
import { LETTER_UNIT, UNIT_KINDS, UNSPACED_UNIT } from './script.ts'
import { lowerUnitsOf } from './units.ts'

/** The words of a text with their places. Chinese and Japanese count character by character. */
export interface Words {
  readonly count: number
  /** A hash of each word in lower case: equal words have equal hashes, and different ones hardly ever. */
  readonly hashes: Int32Array
  /** UTF-16 indexes into the text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** How many of the words are single characters of an unspaced script. */
  readonly unspacedCount: number
}

const APOSTROPHE = 0x27
const CURLY_APOSTROPHE = 0x2019
export const FNV_OFFSET = 0x811c9dc5 | 0
export const FNV_PRIME = 0x01000193

/**
 * Splits into words: runs of letters and digits (with inner apostrophes), and single characters of unspaced scripts.
 * Words are not cut out as strings: a page has hundreds, and most evaluators only compare them.
 */
export const wordsOf = rememberLast((text: string): Words => {
  const units = lowerUnitsOf(text)
  const { length } = units
  if (scratch.length < length * 3) scratch = new Int32Array(length * 6)
  const found = scratch
  const kinds = UNIT_KINDS
  let size = 0
  let unspacedCount = 0
  for (let i = 0; i < length; ) {
    const unit = units[i] ?? 0
    const kind = kinds[unit] ?? 0
    if (kind === 0) {
      i++
      continue
    }
    found[size + 1] = i++
    let hash = Math.imul(FNV_OFFSET ^ unit, FNV_PRIME)
    if ((kind & UNSPACED_UNIT) !== 0) unspacedCount++
    else {
      for (; i < length; i++) {
        const next = units[i] ?? 0
        if (!isSpacedPart(kinds[next] ?? 0) && !isInnerApostrophe(units, next, i)) break
        hash = Math.imul(hash ^ next, FNV_PRIME)
      }
    }
    found[size] = hash
    found[size + 2] = i
    size += 3
  }
  return columnsOf(found, size / 3, unspacedCount)
})

/** Words of the text that is being read: hash, start, end of each. Kept, because columns of unknown length cost more to make than to fill. */
let scratch = new Int32Array(4_096)

function columnsOf(found: Int32Array, count: number, unspacedCount: number): Words {
  const hashes = cutInts(count)
  const starts = cutInts(count)
  const ends = cutInts(count)
  for (let i = 0, from = 0; i < count; i++, from += 3) {
    hashes[i] = found[from] ?? 0
    starts[i] = found[from + 1] ?? 0
    ends[i] = found[from + 2] ?? 0
  }
  return { count, hashes, starts, ends, unspacedCount }
}

/** FNV-1a over the UTF-16 units of a part of a text. */
export function hashOf(text: string, start = 0, end = text.length): number {
  let hash = FNV_OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** A letter or a digit of a script that is written with spaces. */
function isSpacedPart(kind: number): boolean {
  return kind !== 0 && (kind & UNSPACED_UNIT) === 0
}

function isInnerApostrophe(units: Uint16Array, unit: number, at: number): boolean {
  if (unit !== APOSTROPHE && unit !== CURLY_APOSTROPHE) return false
  const next = UNIT_KINDS[units[at + 1] ?? 0] ?? 0
  return (next & LETTER_UNIT) !== 0 && (next & UNSPACED_UNIT) === 0
}
