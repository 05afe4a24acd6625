import type { Labels } from '../../model/labels.ts'
import type { RangePlan } from '../plan/node.ts'
import type { QueryValue, RangeSeries } from '../value.ts'
import { DistinctLabels } from './distinct-labels.ts'
import { dropMetadata } from './metadata-labels.ts'
import type { RangeOperator } from './operator.ts'
import type { QueryContext } from './query-context.ts'
import { findEnds, leftValue, rightValue } from './range-functions/extended-rate.ts'
import type { Window } from './range-functions/window.ts'
import { sortedByLabels } from './result.ts'
import type { Samples } from './samples.ts'

/** The samples of a range vector asked for by itself, in an instant query: raw samples or the results of a subquery. */
export async function rangeResult(
  context: QueryContext,
  plan: RangePlan,
  operator: RangeOperator,
  endMs: number,
): Promise<QueryValue> {
  const extension = plan.kind === 'subquery' ? 'none' : plan.selector.extension
  const series: RangeSeries[] = []
  const distinct = new DistinctLabels()
  await operator.run((samples) => {
    const points =
      extension === 'none' ? copy(samples) : extend(samples, endMs - plan.rangeMs, endMs, extension === 'smoothed')
    if (points.values.length === 0) return undefined
    context.accounts.hold(points.values.length)
    const labels = finalLabels(samples)
    distinct.require(labels)
    series.push({ labels, ...points, histograms: null })
    return undefined
  })
  return { type: 'matrix', series: await sortedByLabels(context, series) }
}

type Points = Pick<RangeSeries, 'timestampsMs' | 'values'>

function finalLabels({ labels, dropName }: Samples): Labels {
  return dropName ? dropMetadata(labels) : labels
}

function copy({ timestampsMs, values, length }: Samples): Points {
  return { timestampsMs: timestampsMs.slice(0, length), values: values.slice(0, length) }
}

/** The samples inside the range, with one more at either end of it. */
function extend(samples: Samples, startMs: number, endMs: number, smoothed: boolean): Points {
  const window: Window = { samples, from: 0, to: samples.length, step: 0, timeMs: endMs, startMs, endMs, result: 0 }
  const ends = findEnds(window, smoothed)
  if (ends === undefined) return { timestampsMs: new Float64Array(0), values: new Float64Array(0) }
  const { timestampsMs, values } = samples
  const from = timestampsMs[ends.first]! <= startMs ? ends.first + 1 : ends.first
  const to = Math.max(from, timestampsMs[ends.last]! >= endMs ? ends.last : ends.last + 1)
  const options = { smoothed, counter: false }
  return {
    timestampsMs: Float64Array.of(startMs, ...timestampsMs.subarray(from, to), endMs),
    values: Float64Array.of(
      leftValue(samples, ends.first, startMs, options),
      ...values.subarray(from, to),
      rightValue(window, ends.last, options),
    ),
  }
}
