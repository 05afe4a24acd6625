import type { Labels } from '../../../model/labels.ts'
import { formatOpenMetrics } from '../../float-text.ts'
import type { HistogramQuantilePlan } from '../../plan/node.ts'
import { floatColumn, type Emit } from '../column.ts'
import { timesOf, type Grid } from '../grid.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'
import { renamed, type QueryContext } from '../query-context.ts'
import { warnOfQuantile } from '../range-functions/range-function.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { bucketQuantile, type Raised } from './bucket-quantile.ts'
import { bucketsFor, ClassicHistograms, gatherBuckets, type ClassicHistogram } from './classic-histograms.ts'

/** `histogram_quantile` and `histogram_quantiles` over classic histograms. */
export class HistogramQuantile implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: HistogramQuantilePlan
  readonly #input: VectorOperator
  readonly #quantiles: readonly ScalarOperator[]
  readonly #times: Float64Array

  constructor(
    context: QueryContext,
    plan: HistogramQuantilePlan,
    inputs: { readonly input: VectorOperator; readonly quantiles: readonly ScalarOperator[] },
    grid: Grid,
  ) {
    this.#context = context
    this.#plan = plan
    this.#input = inputs.input
    this.#quantiles = inputs.quantiles
    this.#times = timesOf(grid)
  }

  async run(emit: Emit): Promise<void> {
    const quantiles: Float64Array[] = []
    for (const quantile of this.#quantiles) quantiles.push(await quantile.values())
    const source = new ClassicHistograms(this.#context, this.#plan.input.position)
    const histograms = await source.collect(this.#input)
    this.#warnOfQuantiles(quantiles)
    const merger = new LabelsetMerger(this.#context)
    for (const histogram of histograms) {
      const noted = new Uint8Array(this.#times.length)
      for (const q of quantiles) this.#compute(histogram, { q, noted }, merger)
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    source.release()
    await merger.emitTo(emit)
  }

  #warnOfQuantiles(quantiles: readonly Float64Array[]): void {
    quantiles.forEach((values, i) => {
      const position = this.#plan.quantiles[i]?.position ?? this.#plan.position
      for (const q of values) if (!(q >= 0 && q <= 1)) warnOfQuantile(this.#context.annotations, q, position)
    })
  }

  /** One output series, or with a quantile label one for each different q. `noted`: the steps whose raised counts were reported. */
  #compute(
    histogram: ClassicHistogram,
    { q: quantiles, noted }: { readonly q: Float64Array; readonly noted: Uint8Array },
    merger: LabelsetMerger,
  ): void {
    const buckets = bucketsFor(histogram)
    const values = new Float64Array(quantiles.length)
    const present = new Uint8Array(quantiles.length)
    for (let step = 0; step < quantiles.length; step++) {
      if (!gatherBuckets(histogram, step, buckets)) continue
      const { quantile, raised } = bucketQuantile(quantiles[step]!, buckets)
      values[step] = quantile
      present[step] = 1
      if (raised === undefined || noted[step] === 1) continue
      noted[step] = 1
      this.#noteRaised(raised, histogram.labels, step)
    }
    const labels = renamed(this.#context, histogram.labels)
    const { label } = this.#plan
    if (!present.includes(1)) return
    if (label === null) return merger.add(floatColumn(labels, values, present, true))
    for (const q of new Set(quantiles)) {
      const chosen = present.map((one, step) => (sameNumber(quantiles[step]!, q) ? one : 0))
      const named = labels.with({ [label]: formatOpenMetrics(q) })
      if (chosen.includes(1)) merger.add(floatColumn(named, values, chosen, true))
    }
  }

  #noteRaised(raised: Raised, labels: Labels, step: number): void {
    const metricName = this.#context.features.delayedNameRemoval ? labels.metricName : ''
    const { minBucket, maxBucket, maxDiff } = raised
    const found = { minBucket, maxBucket, maxDiff, metricName, timeMs: this.#times[step] ?? 0 }
    this.#context.annotations.forcedMonotonicity(found, this.#plan.input.position)
  }
}

function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
