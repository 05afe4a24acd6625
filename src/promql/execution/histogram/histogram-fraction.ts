import type { HistogramFractionPlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'
import { renamed, type QueryContext } from '../query-context.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { bucketFraction } from './bucket-quantile.ts'
import { bucketsFor, ClassicHistograms, gatherBuckets, type ClassicHistogram } from './classic-histograms.ts'

export interface HistogramFractionInputs {
  readonly input: VectorOperator
  readonly lower: ScalarOperator
  readonly upper: ScalarOperator
}

/** `histogram_fraction` over classic histograms. */
export class HistogramFraction implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: HistogramFractionPlan
  readonly #inputs: HistogramFractionInputs

  constructor(context: QueryContext, plan: HistogramFractionPlan, inputs: HistogramFractionInputs) {
    this.#context = context
    this.#plan = plan
    this.#inputs = inputs
  }

  async run(emit: Emit): Promise<void> {
    const lower = await this.#inputs.lower.values()
    const upper = await this.#inputs.upper.values()
    const source = new ClassicHistograms(this.#context, this.#plan.input.position)
    const histograms = await source.collect(this.#inputs.input)
    const merger = new LabelsetMerger(this.#context)
    for (const histogram of histograms) {
      this.#compute(histogram, { lower, upper }, merger)
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    source.release()
    await merger.emitTo(emit)
  }

  #compute(
    histogram: ClassicHistogram,
    ends: { lower: Float64Array; upper: Float64Array },
    merger: LabelsetMerger,
  ): void {
    const { lower, upper } = ends
    const buckets = bucketsFor(histogram)
    const values = new Float64Array(lower.length)
    const present = new Uint8Array(lower.length)
    for (let step = 0; step < lower.length; step++) {
      if (!gatherBuckets(histogram, step, buckets)) continue
      values[step] = bucketFraction(lower[step]!, upper[step]!, buckets)
      present[step] = 1
    }
    const labels = renamed(this.#context, histogram.labels)
    if (present.includes(1)) merger.add(floatColumn(labels, values, present, true))
  }
}
