import type { Attributes } from './span.ts'

/** Where a request keeps what is left of its embedding; senders of spans give the vector itself under this name. */
export const EMBEDDING = 'tetrascope.request.embedding'

/** Numbers that are kept of a vector, whatever its length. */
export const PROJECTED_DIMENSIONS = 16
const MIN_LENGTH = 2
const MAX_LENGTH = 4096
/** What a vector must be, for messages. */
export const EMBEDDING_RULE = `a list of ${MIN_LENGTH} to ${MAX_LENGTH} finite numbers, not all of them zero`

/** What is kept of a vector: enough to compare many of them, in little space. */
export interface Embedding {
  /** Of the vector that was sent. */
  readonly length: number
  readonly projection: readonly number[]
}

/** A vector that is none: where it is wrong, and what was found there. */
export class EmbeddingError extends Error {
  constructor(found: string) {
    super(`found ${found}, expected ${EMBEDDING_RULE}`)
    this.name = 'EmbeddingError'
  }
}

/**
 * The vector, made one long, under a fixed random projection: y_j = Σ s_ij x_i / √16 with signs s_ij of a hash of i (Achlioptas, Database-friendly
 * random projections, 2003). Angles and distances stay what they are on average. Throws `EmbeddingError`.
 */
export function projected(vector: readonly unknown[]): Embedding {
  const numbers = checked(vector)
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (largest === 0) throw new EmbeddingError('only zeros')
  // Scaled first: the squares of very large numbers are none.
  const norm = largest * Math.sqrt(numbers.reduce((sum, value) => sum + (value / largest) ** 2, 0))
  const sums = Array.from({ length: PROJECTED_DIMENSIONS }, () => 0)
  numbers.forEach((value, i) => {
    const signs = mixed(i)
    for (let j = 0; j < PROJECTED_DIMENSIONS; j++)
      sums[j] = (sums[j] ?? 0) + ((signs >>> j) & 1 ? value : -value) / norm
  })
  const scale = Math.sqrt(PROJECTED_DIMENSIONS)
  return { length: numbers.length, projection: sums.map((sum) => Number((sum / scale).toFixed(6))) }
}

/** What a request has kept of its embedding; undefined when none was sent, or none that could be read. */
export function embeddingIn(attributes: Attributes): Embedding | undefined {
  const kept = attributes[EMBEDDING]
  if (typeof kept !== 'object' || kept === null || !('projection' in kept)) return undefined
  const { length, projection } = kept
  if (typeof length !== 'number' || !Array.isArray(projection)) return undefined
  const numbers = projection.filter((value) => typeof value === 'number' && Number.isFinite(value))
  return numbers.length === PROJECTED_DIMENSIONS && projection.length === numbers.length
    ? { length, projection: numbers }
    : undefined
}

function checked(vector: readonly unknown[]): readonly number[] {
  if (vector.length < MIN_LENGTH || vector.length > MAX_LENGTH) throw new EmbeddingError(`a list of ${vector.length}`)
  return vector.map((value, i) => {
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new EmbeddingError(`${foundIn(value)} at position ${i}`)
  })
}

function foundIn(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  return value === null ? 'null' : `a value of type ${typeof value}`
}

/** 32 bits that depend on all bits of the index: the finaliser of MurmurHash3 (Austin Appleby, public domain). */
function mixed(index: number): number {
  let hash = (index + 0x9e3779b9) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
