import { compareLabels } from '../../model/labels.ts'
import type { InstantSample, QueryValue, RangeSeries } from '../value.ts'
import { countPresent, type Column, type Emit } from './column.ts'
import { timesOf, type Grid } from './grid.ts'
import { dropMetadata } from './metadata-labels.ts'
import type { VectorOperator } from './operator.ts'
import { sortPaced } from './paced.ts'
import { HeldColumns, type QueryContext } from './query-context.ts'
import { LabelsetMerger } from './unique-emitter.ts'

/** Runs the operator at the top and keeps what it gives, names dropped where that was put off. */
async function resultColumns(context: QueryContext, operator: VectorOperator): Promise<Column[]> {
  const columns: Column[] = []
  const take: Emit = (column) => void columns.push(column)
  if (context.features.delayedNameRemoval) {
    const merger = new LabelsetMerger(context)
    await operator.run((column) =>
      merger.add(column.dropName ? { ...column, labels: dropMetadata(column.labels) } : column),
    )
    await merger.emitTo(take)
    return columns
  }
  const held = new HeldColumns(context)
  await operator.run((column) => take(held.keep(column)))
  return columns
}

/** An instant vector in the order that the operator gives. */
export async function vectorResult(
  context: QueryContext,
  operator: VectorOperator,
  timeMs: number,
): Promise<QueryValue> {
  const samples: InstantSample[] = []
  for (const { labels, values, present } of await resultColumns(context, operator)) {
    const value = values[0]
    if (present[0] === 1 && value !== undefined) samples.push({ labels, timestampMs: timeMs, value, histogram: null })
  }
  return { type: 'vector', samples }
}

/** The series of a range query, sorted by labels. */
export async function matrixResult(context: QueryContext, operator: VectorOperator, grid: Grid): Promise<QueryValue> {
  const times = timesOf(grid)
  const series: RangeSeries[] = []
  for (const column of await resultColumns(context, operator)) {
    const one = toSeries(column, times)
    if (one !== undefined) series.push(one)
    if (context.pace.due) await context.pace.rest()
  }
  return { type: 'matrix', series: await sortedByLabels(context, series) }
}

export function sortedByLabels(context: QueryContext, series: readonly RangeSeries[]): Promise<RangeSeries[]> {
  return sortPaced(series, (a, b) => compareLabels(a.labels, b.labels), context.pace)
}

/** The steps that have a value. Complete series share one array of times. */
function toSeries({ labels, values, present }: Column, times: Float64Array): RangeSeries | undefined {
  const count = countPresent(present)
  if (count === 0) return undefined
  if (count === times.length) return { labels, timestampsMs: times, values, histograms: null }
  const steps = Uint32Array.from({ length: count })
  let next = 0
  for (let step = 0; step < present.length; step++) if (present[step] === 1) steps[next++] = step
  return {
    labels,
    timestampsMs: Float64Array.from(steps, (step) => times[step] ?? 0),
    values: Float64Array.from(steps, (step) => values[step] ?? NaN),
    histograms: null,
  }
}
