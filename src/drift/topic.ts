import { isAscii } from '../util/ascii.ts'

/** Bits of a topic's number: 16 topics. */
const BITS = 4
/** Enough of a prompt to tell what it is about. */
const LOOKED_AT = 2_000
const SHORTEST_WORD = 4
const WORDS = /[\p{Script=Han}]{2}|[\p{L}]{4,}/gu
const A = 'a'.charCodeAt(0)
const Z = 'z'.charCodeAt(0)
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * What a text is about, as one of 16 nameless topics: the signs of random projections of its words (SimHash, Charikar 2002). Texts with mostly
 * the same words have the same topic, so that a new kind of question moves the shares of topics. Undefined for a text without words.
 */
export function topicOf(text: string): string | undefined {
  const hashes = wordHashesOf(text.slice(0, LOOKED_AT))
  if (hashes.size === 0) return undefined
  let topic = 0
  for (let bit = 0; bit < BITS; bit++) if (votesFor(bit, hashes) > 0) topic |= 1 << bit
  return `topic-${topic}`
}

function votesFor(bit: number, hashes: ReadonlySet<number>): number {
  let votes = 0
  for (const hash of hashes) votes += (hash >>> (bit * 7 + 3)) & 1 ? 1 : -1
  return votes
}

function wordHashesOf(text: string): ReadonlySet<number> {
  if (isAscii(text)) return asciiWordHashesOf(text)
  return new Set(text.toLowerCase().match(WORDS)?.map(hashOf))
}

/** What `WORDS` finds in ASCII, letter by letter: this runs for every request on the main thread, and saves nine tenths of the time. */
function asciiWordHashesOf(text: string): ReadonlySet<number> {
  const hashes = new Set<number>()
  let hash = FNV_OFFSET
  let length = 0
  for (let i = 0; i <= text.length; i++) {
    const lower = text.charCodeAt(i) | 0x20
    if (lower >= A && lower <= Z) {
      hash = Math.imul(hash ^ lower, FNV_PRIME)
      length++
      continue
    }
    if (length >= SHORTEST_WORD) hashes.add(mixed(hash))
    hash = FNV_OFFSET
    length = 0
  }
  return hashes
}

function hashOf(word: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), FNV_PRIME)
  return mixed(hash)
}

/** FNV-1a, mixed so that every bit depends on every character. */
function mixed(fnv: number): number {
  const hash = Math.imul(fnv ^ (fnv >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
