import { isOpposed } from './opposites.ts'
import type { Token } from './tokens.ts'
import { placesOf, tokensOf } from './tokens.ts'

/** The tokens of documents, with what is asked of them again and again. */
export interface TokenIndex {
  readonly tokens: readonly Token[]
  readonly places: ReadonlyMap<number, readonly number[]>
}

/**
 * How a claim puts together what the documents say. Whoever swaps two names uses only words of the document: what gives
 * it away is which of them stand together. Each 0-1.
 */
export interface Bindings {
  /** Share of neighbouring tokens that stand far apart in the documents, or in different sentences. */
  readonly scattered: number
  /** The same for pairs with a name or a number. */
  readonly scatteredAnchors: number
  /** Share of names and numbers whose place in the documents has another one beside the same word. */
  readonly exchanged: number
  /** Share of neighbouring tokens that stand in the other order. */
  readonly reversed: number
  /** Whether the claim has the opposite of a word of the documents instead of the word. */
  readonly isOpposed: boolean
  /** Whether nearly all of the claim's tokens are the documents': then how they stand says more. */
  readonly isCopied: boolean
}

const COPIED_SHARE = 0.85
/** Tokens of a claim up to which two count as neighbours. */
const REACH = 3
/** Tokens that the documents may have between two neighbours of a claim besides. */
const SLACK = 3
const FAR = 99
/** A word that stands oftener than this says nothing about what is beside it. */
const RARE_PLACES = 2
const ANCHOR_REACH = 5

/** Indexes documents for `bindingsOf`. */
export function tokenIndexOf(text: string): TokenIndex {
  const tokens = tokensOf(text)
  return { tokens, places: placesOf(tokens) }
}

/** Compares the neighbourhoods of a claim's tokens with those in the documents. */
export function bindingsOf(claim: string, documents: TokenIndex): Bindings {
  const tokens = tokensOf(claim)
  const known = tokens.filter(({ key }) => documents.places.has(key)).length
  return {
    ...pairsOf(tokens, documents),
    exchanged: exchangedShare(tokens, documents),
    isOpposed: isOpposed(tokens, documents.places),
    isCopied: known > COPIED_SHARE * tokens.length,
  }
}

function pairsOf(
  tokens: readonly Token[],
  documents: TokenIndex,
): Pick<Bindings, 'scattered' | 'scatteredAnchors' | 'reversed'> {
  const all = new Share()
  const anchors = new Share()
  const order = new Share()
  tokens.forEach((first, i) => {
    for (let j = i + 1; j <= Math.min(tokens.length - 1, i + REACH); j++) {
      const second = tokens[j] as Token
      const distance = first.key === second.key ? undefined : distanceOf(first, second, documents)
      if (distance === undefined) continue
      const isFar = Math.abs(distance) > j - i + SLACK
      all.add(isFar)
      if (first.kind !== 'word' || second.kind !== 'word') anchors.add(isFar)
      if (Math.abs(distance) < FAR) order.add(distance < 0)
    }
  })
  return { scattered: all.orElse(0.5), scatteredAnchors: anchors.orElse(0), reversed: order.orElse(0) }
}

/** The least distance at which both stand in one sentence, negative where the second stands first; undefined when one is missing. */
function distanceOf(first: Token, second: Token, { tokens, places }: TokenIndex): number | undefined {
  const [starts, ends] = [places.get(first.key), places.get(second.key)]
  if (starts === undefined || ends === undefined) return undefined
  let least = FAR
  for (const a of starts)
    for (const b of ends)
      if (tokens[a]?.sentence === tokens[b]?.sentence && Math.abs(b - a) < Math.abs(least)) least = b - a
  return least
}

const SIDES = [
  [-1, 'name'],
  [1, 'name'],
  [-1, 'number'],
  [1, 'number'],
] as const

/** Of rare words with a name or number beside them: how often the documents have only others beside the same word. */
function exchangedShare(tokens: readonly Token[], { tokens: all, places }: TokenIndex): number {
  const exchanged = new Share()
  tokens.forEach((token, i) => {
    const known = token.kind === 'name' ? undefined : places.get(token.key)
    if (known === undefined || known.length > RARE_PLACES) return
    for (const [step, kind] of SIDES) {
      const at = token.kind === kind ? undefined : nearest(tokens, i, step, kind)
      const anchor = at === undefined || Math.abs(at - i) > ANCHOR_REACH ? undefined : tokens[at]?.key
      if (anchor === undefined || !places.has(anchor)) continue
      const beside = known.flatMap((place) => anchorsBeside(all, place, kind))
      if (beside.length > 0) exchanged.add(!beside.includes(anchor))
    }
  })
  return exchanged.orElse(0)
}

/** The next token of a kind in the same sentence. */
function nearest(tokens: readonly Token[], from: number, step: 1 | -1, kind: Token['kind']): number | undefined {
  for (let i = from + step; tokens[i]?.sentence === tokens[from]?.sentence; i += step)
    if (tokens[i]?.kind === kind) return i
  return undefined
}

/** The keys of the nearest names or numbers on both sides of a place; of a name of several words all beside each other. */
function anchorsBeside(tokens: readonly Token[], place: number, kind: Token['kind']): number[] {
  return [nearest(tokens, place, -1, kind), nearest(tokens, place, 1, kind)].flatMap((at) => {
    if (at === undefined) return []
    return [at - 1, at, at + 1].flatMap((i) => (tokens[i]?.kind === kind ? (tokens[i]?.key ?? []) : []))
  })
}

/** Counts how many of some cases are true. */
class Share {
  #count = 0
  #hits = 0

  add(isHit: boolean): void {
    this.#count++
    if (isHit) this.#hits++
  }

  orElse(without: number): number {
    return this.#count === 0 ? without : this.#hits / this.#count
  }
}
