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

/** The features of each block under other numbers: what is read in another place of a request has weights of its own. */
export function saltedBlocks(blocks: readonly FeatureBlock[], salts: readonly number[]): FeatureBlock[] {
  return blocks.map((block, i) => block.map((id) => id ^ (salts[i] ?? 0)))
}

export interface TrainingOptions {
  readonly name: string
  readonly version: string
  readonly denseNames: readonly string[]
  /** The cost of an error against the size of the weights: larger follows the data more closely. */
  readonly cost: number
  /** How much more a positive counts than a negative. */
  readonly positiveWeight?: number
  /** Whether an n-gram counts by how differently the two classes use it (Wang and Manning 2012, with the absolute ratio). */
  readonly naiveBayes?: boolean
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
  const ratios = options.naiveBayes === true ? ratiosOf(examples) : undefined
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
    for (const i of order) step(examples[i] as Example, i, { alphas, weights, options, ratios })
  }
  // What scaled the features scales the weights instead, so a model is read in the same way however it was trained.
  if (ratios !== undefined) weights.hashed.forEach((weight, id) => (weights.hashed[id] = weight * (ratios[id] ?? 0)))
  return quantise(weights, options)
}

interface Training {
  readonly alphas: Float64Array
  readonly weights: Weights
  readonly options: TrainingOptions
  /** What each n-gram is multiplied by; 1 when undefined. */
  readonly ratios: Float64Array | undefined
}

/** So that an n-gram that both classes use alike still counts a little. */
const MIN_RATIO = 0.05

/** For each n-gram the absolute logarithm of how much oftener one class has it than the other, with one added to each count. */
function ratiosOf(examples: readonly Example[]): Float64Array {
  const counts = [new Float64Array(FEATURE_COUNT).fill(1), new Float64Array(FEATURE_COUNT).fill(1)] as const
  const totals = [2, 2]
  for (const { blocks, isPositive, weight = 1 } of examples) {
    const side = isPositive ? 1 : 0
    totals[side] = (totals[side] ?? 0) + weight
    for (const block of blocks) for (const id of block) counts[side][id] = (counts[side][id] ?? 0) + weight
  }
  const [negatives, positives] = counts
  const prior = Math.log((totals[1] ?? 1) / (totals[0] ?? 1))
  return positives.map((count, id) => Math.abs(Math.log(count / (negatives[id] ?? 1)) - prior) + MIN_RATIO)
}

function step(example: Example, i: number, { alphas, weights, options, ratios }: Training): void {
  const sign = example.isPositive ? 1 : -1
  const cost = options.cost * (example.weight ?? 1) * (example.isPositive ? (options.positiveWeight ?? 1) : 1)
  const diagonal = 1 / (2 * cost)
  const alpha = alphas[i] ?? 0
  const gradient = sign * marginOf(example, weights, ratios) - 1 + diagonal * alpha
  const next = Math.max(0, alpha - gradient / (squaredNorm(example, ratios) + diagonal))
  if (next === alpha) return
  alphas[i] = next
  add(example, (next - alpha) * sign, weights, ratios)
}

function marginOf({ blocks, dense }: Example, weights: Weights, ratios: Float64Array | undefined): number {
  let margin = weights.bias
  for (const block of blocks) {
    let sum = 0
    for (const id of block) sum += (weights.hashed[id] ?? 0) * (ratios?.[id] ?? 1)
    if (block.length > 0) margin += sum / Math.sqrt(block.length)
  }
  dense.forEach((value, d) => (margin += value * (weights.dense[d] ?? 0)))
  return margin
}

function squaredNorm({ blocks, dense }: Example, ratios: Float64Array | undefined): number {
  let norm = 1 + dense.reduce((sum, value) => sum + value * value, 0)
  for (const block of blocks) {
    if (ratios === undefined) norm += Math.min(1, block.length)
    else for (const id of block) norm += (ratios[id] ?? 0) ** 2 / block.length
  }
  return norm
}

function add({ blocks, dense }: Example, amount: number, weights: Weights, ratios: Float64Array | undefined): void {
  for (const block of blocks) {
    const each = amount / Math.sqrt(Math.max(1, block.length))
    for (const id of block) weights.hashed[id] = (weights.hashed[id] ?? 0) + each * (ratios?.[id] ?? 1)
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
