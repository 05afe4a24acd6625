const DECIMAL_DIGITS = '0123456789'
const HEX_DIGITS = '0123456789abcdefABCDEF'

/** What a scan found: how far it read, and whether what it read is well formed (the text read is named in the error). */
export interface Scan {
  readonly kind: 'number' | 'duration' | 'bad'
  readonly end: number
}

/** Reads a number or a duration that begins at `start`. What can follow what is Prometheus's, character by character. */
export function scanNumberOrDuration(text: string, start: number): Scan {
  const cursor = new Cursor(text, start)
  if (scanNumber(cursor)) return { kind: 'number', end: cursor.position }
  if (scanRestOfDuration(cursor)) return { kind: 'duration', end: cursor.position }
  return { kind: 'bad', end: Math.min(cursor.position, text.length) }
}

/** Leaves the cursor behind the character that makes the number bad, because the error message shows it. */
function scanNumber(cursor: Cursor): boolean {
  const start = cursor.position
  const digits = scanHexPrefix(cursor) ? HEX_DIGITS : DECIMAL_DIGITS
  cursor.accept('.')
  cursor.accept(digits)
  const seen = { dot: false, exponent: false }
  while (cursor.isAt(digits) || cursor.isAt('._eE')) {
    if (!scanNumberPart(cursor, digits, seen)) return false
  }
  return cursor.position > start && !cursor.isAtWord()
}

function scanHexPrefix(cursor: Cursor): boolean {
  if (!cursor.accept('0') || !cursor.accept('xX')) return false
  cursor.accept('_')
  return true
}

function scanNumberPart(cursor: Cursor, digits: string, seen: { dot: boolean; exponent: boolean }): boolean {
  if (cursor.accept('.')) {
    if (seen.dot || cursor.accept('_.')) return false
    seen.dot = true
    return digits === DECIMAL_DIGITS
  }
  if (cursor.accept('eE')) {
    if (seen.exponent) return false
    seen.exponent = true
    cursor.accept('+-')
    return !cursor.accept('._eE') && !cursor.isAtEnd()
  }
  if (cursor.accept('_')) return !cursor.accept('._eE') && !cursor.isAtEnd()
  cursor.acceptAll(digits)
  return true
}

/** The digits before the first unit have been read as a number that was not one. */
function scanRestOfDuration(cursor: Cursor): boolean {
  if (!cursor.accept('smhdwy')) return false
  cursor.accept('s')
  while (cursor.accept(DECIMAL_DIGITS)) {
    cursor.acceptAll(DECIMAL_DIGITS)
    if (!cursor.accept('smhdw')) return false
    cursor.accept('s')
  }
  if (!cursor.isAtWord()) return true
  cursor.position++
  return false
}

class Cursor {
  position: number
  readonly #text: string

  constructor(text: string, position: number) {
    this.#text = text
    this.position = position
  }

  isAtEnd(): boolean {
    return this.position >= this.#text.length
  }

  isAt(characters: string): boolean {
    const char = this.#text[this.position]
    return char !== undefined && characters.includes(char)
  }

  isAtWord(): boolean {
    return isWordCode(this.#text.charCodeAt(this.position))
  }

  accept(characters: string): boolean {
    if (!this.isAt(characters)) return false
    this.position++
    return true
  }

  acceptAll(characters: string): void {
    while (this.accept(characters)) {
      // The condition moves the cursor.
    }
  }
}

/** A letter, digit or underscore; false for NaN, which stands for the end of the text. */
export function isWordCode(code: number): boolean {
  return isLetterCode(code) || isDigitCode(code)
}

/** A letter or underscore: what an identifier begins with. */
export function isLetterCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isSpaceCode(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13
}
