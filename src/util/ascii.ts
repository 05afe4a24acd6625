const OTHER_THAN_ASCII = /\P{ASCII}/u

/** Whether a text has only ASCII characters, so that bytes, characters and code points are the same. */
export function isAscii(text: string): boolean {
  return !OTHER_THAN_ASCII.test(text)
}
