import type { FeatureBlock, ModelHeader } from '../../src/evaluation/models/linear-model.ts'
import { LinearModel } from '../../src/evaluation/models/linear-model.ts'
import { FEATURE_COUNT } from '../../src/evaluation/text/features.ts'

/** What a classifier learns from, ready as numbers. */
export interface Example {
  readonly blocks: readonly FeatureBlock[]
  readonly dense: readonly number[]
  readonly isPositive: boolean
  /** Examples of one group are never on both sides of a split: the same prompt, the same template. */
  readonly group: string
  /** Where it comes from, for leave-one-source-out. */
  readonly source: string
  /** How much it counts; 1 by default. */
  readonly weight?: number
}

export interface TrainingOptions {
  readonly name: string
  readonly version: string
  readonly denseNames: readonly string[]
  /** The cost of an error against the size of the weights: larger follows the data more closely. */
  readonly cost: number
  /** How much more a positive counts than a negative. */
  readonly positiveWeight?: number
}

/** Weights before they are rounded to bytes. */
interface Weights {
  readonly hashed: Float64Array
  readonly dense: Float64Array
  bias: number
}

const EPOCHS = 30
/** Bias and dense features enter the norm with this factor, so that they are hardly regularised. */
const DENSE_VALUE = 1

/**
 * L2-regularised L2-loss linear SVM by dual coordinate descent (Hsieh et al., ICML 2008, algorithm 1), as in liblinear.
 * Deterministic: the order of the examples is shuffled by a fixed generator.
 */
export function train(examples: readonly Example[], options: TrainingOptions): LinearModel {
  const weights: Weights = {
    hashed: new Float64Array(FEATURE_COUNT),
    dense: new Float64Array(options.denseNames.length),
    bias: 0,
  }
  const alphas = new Float64Array(examples.length)
  const order = Uint32Array.from(examples, (_, i) => i)
  const random = generator(42)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random)
    for (const i of order) step(examples[i] as Example, i, alphas, weights, options)
  }
  return quantise(weights, options)
}

function step(example: Example, i: number, alphas: Float64Array, weights: Weights, options: TrainingOptions): void {
  const sign = example.isPositive ? 1 : -1
  const cost = options.cost * (example.weight ?? 1) * (example.isPositive ? (options.positiveWeight ?? 1) : 1)
  const diagonal = 1 / (2 * cost)
  const alpha = alphas[i] ?? 0
  const gradient = sign * marginOf(example, weights) - 1 + diagonal * alpha
  const next = Math.max(0, alpha - gradient / (squaredNorm(example) + diagonal))
  if (next === alpha) return
  alphas[i] = next
  add(example, (next - alpha) * sign, weights)
}

function marginOf({ blocks, dense }: Example, weights: Weights): number {
  let margin = weights.bias
  for (const block of blocks) {
    let sum = 0
    for (const id of block) sum += weights.hashed[id] ?? 0
    if (block.length > 0) margin += sum / Math.sqrt(block.length)
  }
  dense.forEach((value, d) => (margin += value * (weights.dense[d] ?? 0)))
  return margin
}

function squaredNorm({ blocks, dense }: Example): number {
  return 1 + blocks.filter((block) => block.length > 0).length + dense.reduce((sum, value) => sum + value * value, 0)
}

function add({ blocks, dense }: Example, amount: number, weights: Weights): void {
  for (const block of blocks) {
    const each = amount / Math.sqrt(Math.max(1, block.length))
    for (const id of block) weights.hashed[id] = (weights.hashed[id] ?? 0) + each
  }
  dense.forEach((value, d) => (weights.dense[d] = (weights.dense[d] ?? 0) + amount * value * DENSE_VALUE))
  weights.bias += amount
}

function quantise(weights: Weights, { name, version, denseNames }: TrainingOptions): LinearModel {
  let largest = 1e-9
  for (const weight of weights.hashed) largest = Math.max(largest, Math.abs(weight))
  const scale = largest / 127
  const header: ModelHeader = {
    name,
    version,
    scale,
    bias: weights.bias,
    dense: Object.fromEntries(denseNames.map((denseName, i) => [denseName, weights.dense[i] ?? 0])),
    slope: -1,
    intercept: 0,
    threshold: 0.5,
  }
  return new LinearModel(
    header,
    Int8Array.from(weights.hashed, (weight) => Math.round(weight / scale)),
  )
}

/** A small generator of numbers in [0, 1) (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = kept
  }
}
