import { cutInts } from '../../util/slab.ts'
import { rememberLast } from './remember.ts'
import { lowerUnitsOf } from './units.ts'
import { wordsOf } from './words.ts'

const ASCII = 0x80
/** Bits of a unit that tell nearly all letters apart. */
const UNIT_BITS = 5
const UNIT_MASK = (1 << UNIT_BITS) - 1
const ANY_UNIT = Array.from({ length: UNIT_MASK + 1 }, (_, unit) => unit)
/** Lexicons of the process: a bit for each. */
const MAX_LEXICONS = 16

/** The words of a text with which a term of some lexicon may begin. */
interface Openings {
  /** UTF-16 indexes. */
  readonly starts: Int32Array
  /** For each of them the bits of the lexicons. */
  readonly lexicons: Int32Array
  /** How many of both arrays are filled. */
  readonly count: number
}

/** What the first three units of a term may be, by their low bits: nearly every word of ASCII is passed over by this alone. */
const OPENINGS = new Uint16Array(1 << (3 * UNIT_BITS))
/** The same for a first unit beyond ASCII. */
const BEGINS = new Uint16Array(0x10000)
let registered = 0

/** A bit for a new lexicon, whose terms are then made known by `addOpening`. */
export function registerLexicon(): number {
  if (registered === MAX_LEXICONS) throw new Error(`more than ${MAX_LEXICONS} lexicons`)
  return 1 << registered++
}

/** Makes a term in lower case known. Behind a term of one or two units anything may stand. */
export function addOpening(term: string, lexicon: number): void {
  remembered = rememberLast(readOpenings)
  const unit = term.charCodeAt(0)
  if (unit >= ASCII) {
    BEGINS[unit] = (BEGINS[unit] ?? 0) | lexicon
    return
  }
  const possible = [0, 1, 2].map((at) => (at < term.length ? [term.charCodeAt(at)] : ANY_UNIT))
  for (const first of possible[0] ?? [])
    for (const second of possible[1] ?? [])
      for (const third of possible[2] ?? []) {
        const opening = openingOf(first, second, third)
        OPENINGS[opening] = (OPENINGS[opening] ?? 0) | lexicon
      }
}

/** Where terms may begin in a text: read once for all lexicons, of which several look through each prompt and answer. */
export function openingsOf(text: string): Openings {
  return remembered(text)
}

let remembered = rememberLast(readOpenings)

function readOpenings(text: string): Openings {
  const units = lowerUnitsOf(text)
  const { starts: words, count } = wordsOf(text)
  const starts = cutInts(count)
  const lexicons = cutInts(count)
  let size = 0
  for (let i = 0; i < count; i++) {
    const start = words[i] ?? 0
    const unit = units[start] ?? 0
    // After the last unit there is none, which opens as a unit of value 0 does.
    const bits = unit < ASCII ? OPENINGS[openingOf(unit, units[start + 1] ?? 0, units[start + 2] ?? 0)] : BEGINS[unit]
    if (bits === undefined || bits === 0) continue
    starts[size] = start
    lexicons[size++] = bits
  }
  return { starts, lexicons, count: size }
}

function openingOf(first: number, second: number, third: number): number {
  return ((first & UNIT_MASK) << (2 * UNIT_BITS)) | ((second & UNIT_MASK) << UNIT_BITS) | (third & UNIT_MASK)
}
