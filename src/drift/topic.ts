/** Bits of a topic's number: 16 topics. */
const BITS = 4
/** Enough of a prompt to tell what it is about. */
const LOOKED_AT = 2_000
const WORDS = /[\p{Script=Han}]{2}|[\p{L}]{4,}/gu
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * What a text is about, as one of 16 nameless topics: the signs of random projections of its words (SimHash, Charikar 2002). Texts with mostly
 * the same words have the same topic, so that a new kind of question moves the shares of topics. Undefined for a text without words.
 */
export function topicOf(text: string): string | undefined {
  const words = new Set(text.slice(0, LOOKED_AT).toLowerCase().match(WORDS))
  if (words.size === 0) return undefined
  const votes = Array.from({ length: BITS }, () => 0)
  for (const word of words) {
    const hash = hashOf(word)
    votes.forEach((vote, bit) => (votes[bit] = vote + ((hash >>> (bit * 7 + 3)) & 1 ? 1 : -1)))
  }
  return `topic-${votes.reduce((topic, vote, bit) => topic | (vote > 0 ? 1 << bit : 0), 0)}`
}

/** FNV-1a, mixed so that every bit depends on every character. */
function hashOf(word: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), FNV_PRIME)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
