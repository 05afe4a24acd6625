import { groupBy } from '../../util/group-by.ts'
import { rememberLast } from './remember.ts'
import { lowerCaseKeepingPlaces, lowerUnitsOf } from './units.ts'

const ASCII = 0x80
/** Bits of a unit that tell nearly all letters apart. */
const UNIT_BITS = 5
const UNIT_MASK = (1 << UNIT_BITS) - 1
const ANY_UNIT = Array.from({ length: UNIT_MASK + 1 }, (_, unit) => unit)
/** Units by which a cue is looked for: with three, every fourth place of a text would have to be looked at closely. */
const OPENING_UNITS = 4
const OPENING_MASK = (1 << (OPENING_UNITS * UNIT_BITS)) - 1
const SLOT_BITS = 15
const SLOT_MASK = (1 << SLOT_BITS) - 1
/** Cues shorter than this would open at too many places. */
const MIN_CUE = 3

/** A cue, by its units, and the number of the cues to which it belongs. */
interface Cue {
  readonly units: readonly number[]
  readonly group: number
}

let groups = 0
const known: Cue[] = []
let table: CueTable | undefined

/**
 * Some words in lower case, at least one of which a text must have, be it inside of another, to be of interest. The words of
 * all that look for some are looked for together when the first asks for a text; each of them then asks for its bit.
 */
export class Cues {
  readonly #group = groups++
  readonly #short: readonly string[]

  constructor(words: readonly string[]) {
    remembered = rememberLast(readCues)
    table = undefined
    const isShort = (word: string): boolean => word.length < MIN_CUE && word.charCodeAt(0) < ASCII
    this.#short = words.filter(isShort)
    for (const word of words)
      if (!isShort(word))
        known.push({ units: word.split('').map((letter) => letter.charCodeAt(0)), group: this.#group })
  }

  areIn(text: string): boolean {
    if (((remembered(text)[this.#group >> 5] ?? 0) & (1 << (this.#group & 31))) !== 0) return true
    if (this.#short.length === 0) return false
    const lower = lowerCaseKeepingPlaces(text)
    return this.#short.some((word) => lower.includes(word))
  }
}

let remembered = rememberLast(readCues)

/** A bit for each group of cues that has one in the text. */
function readCues(text: string): Int32Array {
  const { openings, slots, begins, packed } = (table ??= tableOf(known))
  const units = lowerUnitsOf(text)
  const { length } = units
  const found = new Int32Array((groups + 31) >> 5)
  let opening = 0
  // The opening that is complete at a unit began three before; after the last unit there is none, which counts as 0.
  for (let end = 0; end < length + OPENING_UNITS - 1; end++) {
    const unit = end < length ? (units[end] ?? 0) : 0
    opening = nextOpening(opening, unit)
    if (unit >= ASCII && begins[unit] !== 0) markCues(found, packed, begins[unit] ?? 0, units, end)
    const slot = slotOf(opening)
    if (((openings[slot >> 5] ?? 0) & (1 << (slot & 31))) === 0) continue
    const start = end - OPENING_UNITS + 1
    if (start >= 0) markCues(found, packed, slots[slot] ?? 0, units, start)
  }
  return found
}

/**
 * The cues as two tables say where they stand in `packed`: each slot's one after the other, as group, length and units, and a
 * length of 0 behind the last. Packed, because what is looked at closely is in no cache otherwise.
 */
interface CueTable {
  /** A bit for each slot of openings that some cue has: nearly every place of a text is passed over by it alone. */
  readonly openings: Int32Array
  readonly slots: Uint16Array
  /** The same for cues whose first unit is none of ASCII, by that unit. */
  readonly begins: Uint16Array
  readonly packed: Uint16Array
}

function tableOf(cues: readonly Cue[]): CueTable {
  const openings = new Int32Array(1 << (SLOT_BITS - 5))
  const slots = new Uint16Array(1 << SLOT_BITS)
  const begins = new Uint16Array(0x10000)
  const packed = [0]
  for (const [slot, same] of groupBy(cues.filter(isAscii).flatMap(slotted), ([slot]) => slot)) {
    openings[slot >> 5] = (openings[slot >> 5] ?? 0) | (1 << (slot & 31))
    slots[slot] = pack(
      packed,
      same.map(([, cue]) => cue),
    )
  }
  for (const [unit, same] of groupBy(
    cues.filter((cue) => !isAscii(cue)),
    ({ units }) => units[0] ?? 0,
  ))
    begins[unit] = pack(packed, same)
  if (packed.length > 0xffff) throw new Error(`${packed.length} units of cues are more than a table can hold`)
  return { openings, slots, begins, packed: Uint16Array.from(packed) }
}

function isAscii({ units }: Cue): boolean {
  return (units[0] ?? 0) < ASCII
}

/** A cue with each slot in which its opening may fall: behind one of three units anything may stand. */
function slotted(cue: Cue): Array<readonly [slot: number, cue: Cue]> {
  const head = cue.units.slice(0, OPENING_UNITS - 1)
  const next = cue.units.slice(OPENING_UNITS - 1, OPENING_UNITS)
  return (next.length > 0 ? next : ANY_UNIT).map((unit) => [slotOf([...head, unit].reduce(nextOpening, 0)), cue])
}

function pack(packed: number[], cues: readonly Cue[]): number {
  const place = packed.length
  for (const { group, units } of cues) packed.push(group, units.length, ...units)
  packed.push(0, 0)
  return place
}

function markCues(found: Int32Array, packed: Uint16Array, place: number, units: Uint16Array, at: number): void {
  for (let from = place; ; ) {
    const length = packed[from + 1] ?? 0
    if (length === 0) return
    let same = at + length <= units.length ? 0 : length + 1
    while (same < length && units[at + same] === packed[from + 2 + same]) same++
    const group = packed[from] ?? 0
    if (same === length) found[group >> 5] = (found[group >> 5] ?? 0) | (1 << (group & 31))
    from += 2 + length
  }
}

function nextOpening(opening: number, unit: number): number {
  return ((opening << UNIT_BITS) | (unit & UNIT_MASK)) & OPENING_MASK
}

function slotOf(opening: number): number {
  return (opening ^ (opening >>> (OPENING_UNITS * UNIT_BITS - SLOT_BITS))) & SLOT_MASK
}
