import { rememberLast } from './remember.ts'
import { lowerCaseKeepingPlaces, lowerUnitsOf } from './units.ts'

/** Bits of a unit that tell nearly all letters apart. */
const UNIT_BITS = 5
const UNIT_MASK = (1 << UNIT_BITS) - 1
const TRIPLE_BITS = 3 * UNIT_BITS
const TRIPLE_MASK = (1 << TRIPLE_BITS) - 1

/** Which triples of neighbouring units occur in a text in lower case, a bit for each. */
const triplesOf = rememberLast((text: string): Int32Array => {
  const units = lowerUnitsOf(text)
  const bits = new Int32Array(1 << (TRIPLE_BITS - 5))
  let triple = 0
  for (let i = 0; i < units.length; i++) {
    triple = nextTriple(triple, units[i] ?? 0)
    // The first two are no triples yet; what they mark only makes a cue possible that is not there.
    const word = triple >> 5
    bits[word] = (bits[word] ?? 0) | (1 << (triple & 31))
  }
  return bits
})

function nextTriple(triple: number, unit: number): number {
  return ((triple << UNIT_BITS) | (unit & UNIT_MASK)) & TRIPLE_MASK
}

/**
 * An expression with words in lower case, its cues, at least one of which stands in all that it matches. Asking for the
 * triples of their letters costs a hundredth of trying the expression at each place, and most texts have none of them.
 */
export class CuedPattern {
  readonly pattern: RegExp
  /** The triples of each cue of three units and more. */
  readonly #triples: ReadonlyArray<readonly number[]>
  readonly #shortCues: readonly string[]

  constructor(cues: readonly string[], pattern: RegExp) {
    this.pattern = pattern
    this.#triples = cues.filter(({ length }) => length > 2).map(triplesOfCue)
    this.#shortCues = cues.filter(({ length }) => length <= 2)
  }

  /** False when the expression matches nowhere in the text; true means that it may. */
  mayMatch(text: string): boolean {
    const known = triplesOf(text)
    for (const triples of this.#triples) if (hasAll(known, triples)) return true
    if (this.#shortCues.length === 0) return false
    const lower = lowerCaseKeepingPlaces(text)
    return this.#shortCues.some((cue) => lower.includes(cue))
  }

  /** Whether the expression, which must not be global, matches a text, or a part of it. */
  test(text: string, part = text): boolean {
    return this.mayMatch(text) && this.pattern.test(part)
  }
}

function triplesOfCue(cue: string): number[] {
  let triple = 0
  const triples = cue.split('').map((_, i) => (triple = nextTriple(triple, cue.charCodeAt(i))))
  return triples.slice(2)
}

function hasAll(known: Int32Array, triples: readonly number[]): boolean {
  for (const triple of triples) if (((known[triple >> 5] ?? 0) & (1 << (triple & 31))) === 0) return false
  return true
}
