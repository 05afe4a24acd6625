import type { Labels } from '../../../model/labels.ts'
import type { Position } from '../../parser/ast.ts'
import { quote } from '../../parser/quote.ts'
import { parseGoFloat } from '../../float-text.ts'
import { forMetric } from '../annotations.ts'
import type { Column } from '../column.ts'
import type { VectorOperator } from '../operator.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import type { Buckets } from './bucket-quantile.ts'

const BUCKET_BOUND = 'le'

/** The bucket series of one classic histogram. */
export interface ClassicHistogram {
  /** Without the bound. */
  readonly labels: Labels
  /** Ascending by bound. */
  readonly buckets: readonly Bucket[]
}

interface Bucket {
  readonly bound: number
  readonly column: Column
}

/** Collects the columns of a vector into classic histograms by their labels other than `le`. */
export class ClassicHistograms {
  readonly #context: QueryContext
  readonly #held: HeldColumns
  readonly #position: Position

  /** `position` is where the vector stands in the query, for warnings. */
  constructor(context: QueryContext, position: Position) {
    this.#context = context
    this.#held = new HeldColumns(context)
    this.#position = position
  }

  async collect(input: VectorOperator): Promise<ClassicHistogram[]> {
    const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>()
    await input.run((column) => {
      const bound = this.#boundOf(column)
      if (bound === undefined) return
      const labels = column.labels.drop(BUCKET_LABELS)
      const known = histograms.get(labels.key)
      const bucket = { bound, column: this.#held.keep(column) }
      if (known === undefined) histograms.set(labels.key, { labels, buckets: [bucket] })
      else known.buckets.push(bucket)
    })
    for (const { buckets } of histograms.values())
      buckets.sort((a, b) => (a.bound < b.bound ? -1 : Number(a.bound > b.bound)))
    return [...histograms.values()]
  }

  release(): void {
    this.#held.release()
  }

  /** Undefined, with a warning, where `le` is no number. */
  #boundOf(column: Column): number | undefined {
    const text = column.labels.get(BUCKET_BOUND)
    const bound = parseGoFloat(text)
    if (bound !== undefined) return bound
    const name = this.#context.features.delayedNameRemoval ? column.labels.metricName : ''
    const warning = `bucket label "le" is missing or has a malformed value of ${quote(text)}${forMetric(name)}`
    this.#context.annotations.warn(warning, this.#position)
    return undefined
  }
}

const BUCKET_LABELS: ReadonlySet<string> = new Set([BUCKET_BOUND])

/** Room for the buckets of a histogram at one step. */
export function bucketsFor(histogram: ClassicHistogram): Buckets {
  const size = histogram.buckets.length
  return { bounds: new Float64Array(size), counts: new Float64Array(size), length: 0 }
}

/** Fills in the buckets that have a value at the step; false when none has. */
export function gatherBuckets(histogram: ClassicHistogram, step: number, into: Buckets): boolean {
  let length = 0
  for (const { bound, column } of histogram.buckets) {
    if (column.present[step] !== 1) continue
    into.bounds[length] = bound
    into.counts[length] = column.values[step]!
    length++
  }
  into.length = length
  return length > 0
}
