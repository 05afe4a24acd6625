/** Shannon's entropy of the characters of a text, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<number, number>()
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    counts.set(unit, (counts.get(unit) ?? 0) + 1)
  }
  let entropy = 0
  for (const count of counts.values()) entropy -= (count / text.length) * Math.log2(count / text.length)
  return entropy
}

const PLACEHOLDER =
  /x{6,}|X{6,}|\*{3,}|\.{2,}|#{4,}|(.)\1{9,}|example|sample|placeholder|your[_-]|<[^>]*>|\$\{|\{\{|%[sd]\b|abcdefghijk|redacted|changeme|dummy|todo|insert|here$/i

/** What is typed to fill a place. In capitals it is what scanners are tested with, and counts. */
const COUNTED_UP = /12345678(?:90?)?abc/

/** A value that stands for a secret without being one: `xxxxxxxx`, `your_token`, `${TOKEN}`, the alphabet. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || COUNTED_UP.test(value)
}
