import { numbersOf } from '../text/numbers.ts'
import { isUnspaced } from '../text/script.ts'
import { sentencesOf } from '../text/sentences.ts'
import { stemsOf } from '../text/stems.ts'
import { isStopword } from '../text/stopwords.ts'

/** A word with content, a name or a number of a text, with the sentence in which it stands. */
export interface Token {
  readonly kind: 'word' | 'name' | 'number'
  /** Equal for other forms of a word and for other ways of writing a number. */
  readonly key: number
  readonly sentence: number
}

/** Spreads values of numbers over the hashes of stems. */
const NUMBER_FACTOR = 2_654_435_761

/** The tokens of a text in their order. A number counts once, however many words it has. */
export function tokensOf(text: string): readonly Token[] {
  const { words, hashes } = stemsOf(text)
  const sentences = sentencesOf(text)
  const numbers = [...numbersOf(text)].sort((a, b) => a.start - b.start)
  const tokens: Token[] = []
  let sentence = 0
  let number = 0
  for (let i = 0; i < words.count; i++) {
    const start = words.starts[i] ?? 0
    while ((sentences[sentence]?.end ?? Number.POSITIVE_INFINITY) <= start) sentence++
    while ((numbers[number]?.end ?? Number.POSITIVE_INFINITY) <= start) number++
    const here = numbers[number]
    if (here !== undefined && here.start <= start) {
      if (here.start === start) tokens.push({ kind: 'number', key: Math.imul(here.value, NUMBER_FACTOR), sentence })
    } else if (!isStopword(words.hashes[i] ?? 0)) {
      tokens.push({ kind: isCapital(text, start) ? 'name' : 'word', key: hashes[i] ?? 0, sentence })
    }
  }
  return tokens
}

function isCapital(text: string, at: number): boolean {
  const first = text.charAt(at)
  return first !== first.toLowerCase() && !isUnspaced(text.charCodeAt(at))
}

/** Where each key stands among some tokens. Of what stands often only the first places are kept. */
export function placesOf(tokens: readonly Token[]): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>()
  tokens.forEach(({ key }, i) => {
    const known = places.get(key)
    if (known === undefined) places.set(key, [i])
    else if (known.length < MAX_PLACES) known.push(i)
  })
  return places
}

const MAX_PLACES = 12
