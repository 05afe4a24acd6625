/** The bytes that have a meaning in exposition formats. */
export const TAB = 0x09
export const NEWLINE = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const HASH = 0x23
export const PLUS = 0x2b
export const MINUS = 0x2d
export const DOT = 0x2e
export const ZERO = 0x30
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const UNDERSCORE = 0x5f
export const LETTER_A = 0x61
export const LETTER_E = 0x65
export const LETTER_Z = 0x7a
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** Sets the lower-case bit of an ASCII letter. */
const LOWER_CASE = 0x20

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte < ZERO + 10
}

const NAME_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const lower = byte | LOWER_CASE
  const isLetter = lower >= LETTER_A && lower <= LETTER_Z
  return isLetter || isDigit(byte) || byte === UNDERSCORE || byte === COLON ? 1 : 0
})

/** Letters, digits, `_` and `:`. */
export function isNameByte(byte: number): boolean {
  return NAME_BYTES[byte] === 1
}

export function isNameStart(byte: number): boolean {
  return isNameByte(byte) && !isDigit(byte)
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB
}

/** A place in a body that moves forward. A newline is put behind a body that lacks its last one, because it ends every scan. */
export class ByteCursor {
  readonly body: Buffer
  /** The same memory, for reading several bytes at once. */
  readonly view: DataView
  pos = 0

  constructor(body: Buffer) {
    const isComplete = body.length === 0 || body.at(-1) === NEWLINE
    this.body = isComplete ? body : Buffer.concat([body, Buffer.from([NEWLINE])])
    this.view = new DataView(this.body.buffer, this.body.byteOffset, this.body.byteLength)
  }

  /** The byte here, 0 behind the end. */
  get byte(): number {
    return this.body[this.pos] ?? 0
  }

  get atEnd(): boolean {
    return this.pos >= this.body.length
  }

  skipBlanks(): void {
    const body = this.body
    let pos = this.pos
    while (isBlank(body[pos] ?? 0)) pos++
    this.pos = pos
  }

  /** The text from `start` up to here, one character a byte. */
  latin1From(start: number): string {
    return this.body.toString('latin1', start, this.pos)
  }

  /** Moves to the next blank or newline. */
  skipToken(): void {
    const body = this.body
    let pos = this.pos
    for (let byte = body[pos] ?? NEWLINE; byte !== NEWLINE && !isBlank(byte); byte = body[pos] ?? NEWLINE) pos++
    this.pos = pos
  }

  skipLine(): void {
    const end = this.body.indexOf(NEWLINE, this.pos)
    this.pos = end === -1 ? this.body.length : end + 1
  }
}

/** Text of bytes that were read one character a byte. Undefined when they are not valid UTF-8. */
export function utf8FromLatin1(text: string): string | undefined {
  if (!hasHighCharacter(text)) return text
  try {
    return strictUtf8.decode(Buffer.from(text, 'latin1'))
  } catch {
    return undefined
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function hasHighCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return true
  return false
}
