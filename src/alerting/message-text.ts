/** The text with at most so many characters (code points); `…` shows that something is missing. */
export function cutCharacters(text: string, max: number): string {
  const characters = Array.from(text)
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`
}

const ELLIPSIS_BYTES = 3

/** The text in at most so many bytes of UTF-8, cut between characters; `…` shows that something is missing. */
export function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= max) return text
  let end = max - ELLIPSIS_BYTES
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.subarray(0, end).toString()}…`
}
