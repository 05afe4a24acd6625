/** The words of a search text, lower case; words are what white space separates, so a Chinese phrase is one word. */
export function searchWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '')
}
