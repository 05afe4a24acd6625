import { rememberLast } from './remember.ts'

/**
 * The UTF-16 units of a text. A loop over them costs half of one over `charCodeAt`, which asks at each place how the
 * string is kept; several loops read each text.
 */
export const unitsOf = rememberLast((text: string): Uint16Array => copyOf(text))

/** The units of `lowerCaseKeepingPlaces`. */
export const lowerUnitsOf = rememberLast((text: string): Uint16Array => copyOf(lowerCaseKeepingPlaces(text)))

/** Lower case of the same length: a few letters (İ) grow in lower case, then only ASCII is lowered so that places hold. */
export const lowerCaseKeepingPlaces = rememberLast((text: string): string => {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
})

function copyOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length)
  Buffer.from(units.buffer).write(text, 'utf16le')
  return units
}
