import { PROJECTED_DIMENSIONS, type Embedding } from '../model/embedding.ts'
import { type BinRule, type DriftLevel, levelOf } from './comparison.ts'
import { compareSketches } from './live-comparison.ts'
import type { Sketch } from './sketch.ts'
import type { SketchSet } from './sketch-set.ts'
import { momentsOf } from './statistics/paired-counts.ts'

/** How the embeddings of one model stand against the reference. `comparison` is undefined when a side has too few. */
export interface EmbeddingDrift {
  readonly model: string
  /** Of the vectors. */
  readonly length: number
  readonly referenceCount: number
  readonly currentCount: number
  readonly comparison: EmbeddingComparison | undefined
}

export interface EmbeddingComparison {
  /** The mean of the PSI of the projected dimensions. */
  readonly psi: number
  readonly level: DriftLevel
  /** 1 - cos of the angle between the centroids, 0-2; undefined when one of them is zero. */
  readonly distance: number | undefined
}

/** Sketches of projected dimensions stand beside those of features, by these names. */
const NAME = /^embedding\/(\d+)\/(\d+)$/

function nameOf(length: number, dimension: number): string {
  return `embedding/${length}/${dimension}`
}

export function isOfEmbedding(feature: string): boolean {
  return NAME.test(feature)
}

/** An embedding as values of features, one for each projected dimension. */
export function embeddingValues({ length, projection }: Embedding): Array<readonly [feature: string, value: number]> {
  return projection.map((value, dimension) => [nameOf(length, dimension), value] as const)
}

/** Vectors of different lengths come of different embedding models and cannot be compared: each model has one length at a time. */
export class EmbeddingLengths {
  #lengths = new Map<string, number>()

  /** Whether the model's vectors have this length; the first one decides. */
  accepts(model: string, length: number): boolean {
    const known = this.#lengths.get(model)
    if (known === undefined) this.#lengths.set(model, length)
    return known === undefined || known === length
  }

  /** Goes by the newest window: a length that it does not hold any more may be followed by another one. */
  learn(current: SketchSet): void {
    const found = new Map<string, number>()
    for (const { model, feature } of current.entries()) {
      const length = NAME.exec(feature)?.[1]
      if (length !== undefined && (!found.has(model) || Number(length) === this.#lengths.get(model)))
        found.set(model, Number(length))
    }
    this.#lengths = found
  }

  entries(): Iterable<readonly [model: string, length: number]> {
    return this.#lengths
  }
}

/** Compares the embeddings of every model; with fewer than `enough` on a side they are only counted. */
export function embeddingDrifts(
  windows: { readonly reference: SketchSet; readonly current: SketchSet },
  lengths: EmbeddingLengths,
  { enough, bins }: { readonly enough: number; readonly bins: BinRule },
): EmbeddingDrift[] {
  return [...lengths.entries()].map(([model, length]) => {
    const [before, now] = [dimensionsOf(windows.reference, model, length), dimensionsOf(windows.current, model, length)]
    const [referenceCount, currentCount] = [before[0]?.count ?? 0, now[0]?.count ?? 0]
    const isEnough = Math.min(referenceCount, currentCount) >= enough
    const comparison = isEnough ? compareDimensions(before, now, bins) : undefined
    return { model, length, referenceCount, currentCount, comparison }
  })
}

function dimensionsOf(sketches: SketchSet, model: string, length: number): Sketch[] {
  const found: Sketch[] = []
  for (let dimension = 0; dimension < PROJECTED_DIMENSIONS; dimension++) {
    const sketch = sketches.get(model, nameOf(length, dimension))
    if (sketch !== undefined) found.push(sketch)
  }
  return found
}

function compareDimensions(before: readonly Sketch[], now: readonly Sketch[], bins: BinRule): EmbeddingComparison {
  const indexes = before.flatMap((reference, i) => {
    const current = now[i]
    return current === undefined ? [] : [compareSketches(reference, current, bins).effects.psi ?? 0]
  })
  const psi = indexes.reduce((sum, index) => sum + index, 0) / indexes.length
  const distance = cosineDistance(before.map(meanOf), now.map(meanOf))
  return { psi, level: levelOf(psi), distance: Number.isFinite(distance) ? distance : undefined }
}

function meanOf(sketch: Sketch): number {
  const { values, counts } = sketch.values()
  return momentsOf(values, counts).mean
}

/** NaN when a side is zero. */
function cosineDistance(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  // Rounding must not make the distance of equal sides negative.
  return Math.max(0, 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))
}
