import type { Labels } from '../../model/labels.ts'
import { formatTime, formatValue } from '../../promql/answer/number-text.ts'
import type { SecondThread } from '../../promql/execution/second-thread/second-thread.ts'
import type { QueryValue } from '../../promql/value.ts'
import { BlockWriter } from './block-writer.ts'
import { writeLabels } from './labels-json.ts'
import { writeMatrix } from './matrix-json.ts'

/**
 * Writes a query's value as Prometheus's JSON in blocks: never one big string, and the caller may wait between blocks.
 * Numbers are shortest decimals with Go's exponent form; times are seconds with three decimals where needed.
 * `stats` is put beside the result when given. A second thread writes half of a large matrix.
 */
export function* writeValue(value: QueryValue, stats?: unknown, thread?: SecondThread): Generator<Buffer> {
  const writer = new BlockWriter()
  writer.text(`{"resultType":"${value.type}","result":`)
  switch (value.type) {
    case 'scalar':
      writer.text(`[${formatTime(value.timestampMs)},"${formatValue(value.value)}"]`)
      break
    case 'string':
      writer.text(`[${formatTime(value.timestampMs)},${JSON.stringify(value.value)}]`)
      break
    case 'vector':
      yield* writeItems(writer, value.samples, (sample) => {
        const pair = `[${formatTime(sample.timestampMs)},"${formatValue(sample.value)}"]`
        writer.text('{"metric":')
        writeLabels(writer, sample.labels)
        writer.text(`,"value":${pair}}`)
      })
      break
    case 'matrix':
      yield* writeMatrix(writer, value.series, thread)
  }
  writer.text(stats === undefined ? '}' : `,"stats":${JSON.stringify(stats)}}`)
  yield writer.take()
}

/** A JSON array of label sets, in blocks. */
export function* writeLabelSets(sets: readonly Labels[]): Generator<Buffer> {
  const writer = new BlockWriter()
  yield* writeItems(writer, sets, (labels) => writeLabels(writer, labels))
  yield writer.take()
}

/** A JSON array of texts, in blocks. */
export function* writeTexts(texts: readonly string[]): Generator<Buffer> {
  const writer = new BlockWriter()
  yield* writeItems(writer, texts, (text) => writer.json(text))
  yield writer.take()
}

function* writeItems<T>(writer: BlockWriter, items: readonly T[], write: (item: T) => void): Generator<Buffer> {
  writer.text('[')
  for (const [i, item] of items.entries()) {
    if (i > 0) writer.text(',')
    write(item)
    if (writer.full) yield writer.take()
  }
  writer.text(']')
}
