/** Texts met before, each in the place that its hash gives it; a newer one takes the place of an older one. */
const PLACES = 4_096
const MAX_BYTES = 64
const texts: (string | undefined)[] = Array.from({ length: PLACES })
const bytes: (Buffer | undefined)[] = Array.from({ length: PLACES })

/** The text of UTF-8 bytes of which many come again and again, such as names: looked up by its bytes instead of being decoded anew. */
export function internedText(buffer: Buffer, at: number, length: number): string {
  if (length === 0 || length > MAX_BYTES) return buffer.toString('utf8', at, at + length)
  // FNV-1a, kept to 32 bits.
  let hash = 0x811c9dc5
  for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ (buffer[i] ?? 0), 0x01000193)
  const place = (hash ^ length) & (PLACES - 1)
  const known = bytes[place]
  if (known !== undefined && known.length === length && sameBytes(known, buffer, at)) return texts[place] ?? ''
  const text = buffer.toString('utf8', at, at + length)
  bytes[place] = Buffer.from(buffer.subarray(at, at + length))
  texts[place] = text
  return text
}

function sameBytes(known: Buffer, buffer: Buffer, at: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== buffer[at + i]) return false
  return true
}
