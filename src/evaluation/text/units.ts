import { cutUnits } from '../../util/slab.ts'
import { rememberLast } from './remember.ts'

/**
 * The UTF-16 units of a text. A loop over them costs half of one over `charCodeAt`, which asks at each place how the
 * string is kept; several loops read each text.
 */
export const unitsOf = rememberLast(cutUnits)

/** The units of `lowerCaseKeepingPlaces`. */
export const lowerUnitsOf = rememberLast((text: string): Uint16Array => cutUnits(lowerCaseKeepingPlaces(text)))

/** Lower case of the same length: a few letters (İ) grow in lower case, then only ASCII is lowered so that places hold. */
export const lowerCaseKeepingPlaces = rememberLast((text: string): string => {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
})
