/** Texts met before, each in the place that its hash gives it; a newer one takes the place of an older one. */
const PLACES = 4_096
const MAX_BYTES = 64
/** Texts of ASCII, which are compared with bytes as they are: most texts are new or of ASCII, and a copy of the bytes costs more than the text. */
const plainTexts: string[] = Array.from({ length: PLACES }, () => '')
const otherTexts: string[] = Array.from({ length: PLACES }, () => '')
const otherBytes: (Buffer | undefined)[] = Array.from({ length: PLACES })

/** The text of UTF-8 bytes of which many come again and again, such as names: looked up by its bytes instead of being decoded anew. */
export function internedText(buffer: Buffer, at: number, length: number): string {
  if (length === 0 || length > MAX_BYTES) return buffer.toString('utf8', at, at + length)
  // FNV-1a, kept to 32 bits.
  let hash = 0x811c9dc5
  let bits = 0
  for (let i = at; i < at + length; i++) {
    const byte = buffer[i]!
    bits |= byte
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  const place = (hash ^ (hash >>> 15) ^ length) & (PLACES - 1)
  return bits < 0x80 ? plainText(buffer, at, length, place) : otherText(buffer, at, length, place)
}

function plainText(buffer: Buffer, at: number, length: number, place: number): string {
  const known = plainTexts[place] ?? ''
  if (known.length === length && standsAt(known, buffer, at)) return known
  return (plainTexts[place] = buffer.toString('latin1', at, at + length))
}

function standsAt(text: string, buffer: Buffer, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== buffer[at + i]) return false
  return true
}

function otherText(buffer: Buffer, at: number, length: number, place: number): string {
  const known = otherBytes[place]
  if (known?.length === length && known.compare(buffer, at, at + length) === 0) return otherTexts[place] ?? ''
  const text = buffer.toString('utf8', at, at + length)
  otherBytes[place] = Buffer.from(buffer.subarray(at, at + length))
  otherTexts[place] = text
  return text
}
