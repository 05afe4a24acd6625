import type { SecondThread } from '../../promql/execution/second-thread/second-thread.ts'
import { divideWriting } from '../../promql/execution/second-thread/divided-writing.ts'
import { ValuesText } from '../../promql/answer/values-text.ts'
import type { RangeSeries } from '../../promql/value.ts'
import type { BlockWriter } from './block-writer.ts'
import { writeLabels } from './labels-json.ts'

/** Values that are written in one go, some milliseconds of work: enough that it pays to divide them, few enough to keep their text until it is sent. */
const PORTION_VALUES = 80_000

/** Writes series as a JSON array in blocks, on the second thread as well where there is one. */
export function* writeMatrix(
  writer: BlockWriter,
  series: readonly RangeSeries[],
  thread: SecondThread | undefined,
): Generator<Buffer> {
  let text = new ValuesText(new Float64Array(0))
  writer.text('[')
  for (let from = 0; from < series.length; ) {
    const portion = portionAt(series, from)
    const { timestampsMs } = portion[0]!
    // Complete series of an answer share one array of times.
    if (text.timesMs !== timestampsMs) text = new ValuesText(timestampsMs)
    if (from > 0) writer.text(',')
    yield* writePortion(writer, portion, text, thread)
    from += portion.length
  }
  writer.text(']')
}

/** The next series that have the same times. */
function portionAt(series: readonly RangeSeries[], from: number): readonly RangeSeries[] {
  const { timestampsMs } = series[from]!
  const most = from + Math.max(1, Math.floor(PORTION_VALUES / Math.max(1, timestampsMs.length)))
  let to = from + 1
  while (to < series.length && to < most && series[to]!.timestampsMs === timestampsMs) to++
  return series.slice(from, to)
}

function writePortion(
  writer: BlockWriter,
  portion: readonly RangeSeries[],
  text: ValuesText,
  thread: SecondThread | undefined,
): readonly Buffer[] {
  const full: Buffer[] = []
  const values = portion.map((series) => series.values)
  divideWriting(thread, text, values, (index, bytes) => {
    if (index > 0) writer.text(',')
    writer.text('{"metric":')
    writeLabels(writer, portion[index]!.labels)
    writer.text(',"values":[')
    if (bytes === undefined) writer.fill(text.sizeBytes, (view, at) => text.put(view, at, values[index]!))
    else writer.bytes(bytes)
    writer.text(']}')
    if (writer.full) full.push(writer.take())
  })
  return full
}
