import type { Labels } from '../../model/labels.ts'
import type { QueryValue, RangeSeries } from '../../promql/value.ts'
import { BlockWriter, formatTime, formatValue, putBytes, putNumber, putTime } from './block-writer.ts'

/** The longest value, its quotes, brackets and the comma. */
const MAX_VALUE_BYTES = 36
/** The longest time, its bracket, commas and quote. */
const MAX_TIME_BYTES = 34
const QUOTE = 34
const COMMA = 44
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93

/**
 * Writes a query's value as Prometheus's JSON in blocks: never one big string, and the caller may wait between blocks.
 * Numbers are shortest decimals with Go's exponent form; times are seconds with three decimals where needed.
 * `stats` is put beside the result when given.
 */
export function* writeValue(value: QueryValue, stats?: unknown): Generator<Buffer> {
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
        writer.text(`{"metric":${metricJson(sample.labels)},"value":${pair}}`)
      })
      break
    case 'matrix': {
      const times = new TimeTexts()
      yield* writeItems(writer, value.series, (series) => writeSeries(writer, series, times))
    }
  }
  writer.text(stats === undefined ? '}' : `,"stats":${JSON.stringify(stats)}}`)
  yield writer.take()
}

/** A JSON array of label sets, in blocks. */
export function* writeLabelSets(sets: readonly Labels[]): Generator<Buffer> {
  const writer = new BlockWriter()
  yield* writeItems(writer, sets, (labels) => writer.text(metricJson(labels)))
  yield writer.take()
}

/** A JSON array of texts, in blocks. */
export function* writeTexts(texts: readonly string[]): Generator<Buffer> {
  const writer = new BlockWriter()
  yield* writeItems(writer, texts, (text) => writer.text(JSON.stringify(text)))
  yield writer.take()
}

export function metricJson(labels: Labels): string {
  const pairs = labels.pairs
  let text = '{'
  for (let i = 0; i < pairs.length; i += 2)
    text += `${i === 0 ? '' : ','}${JSON.stringify(pairs[i])}:${JSON.stringify(pairs[i + 1])}`
  return `${text}}`
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

function writeSeries(writer: BlockWriter, { labels, timestampsMs, values }: RangeSeries, times: TimeTexts): void {
  writer.text(`{"metric":${metricJson(labels)},"values":[`)
  times.use(timestampsMs)
  writer.fill(times.sizeBytes + values.length * MAX_VALUE_BYTES, (buffer, start) => {
    let at = start
    for (let i = 0; i < values.length; i++) {
      at = putNumber(buffer, times.put(buffer, at, i), values[i]!)
      buffer[at++] = QUOTE
      buffer[at++] = CLOSING_BRACKET
    }
    return at
  })
  writer.text(']}')
}

const NO_BYTES = new Uint8Array(0)

/** What stands before each value, `,[1700000000,"`, as bytes: complete series of an answer share one array of times. */
class TimeTexts {
  #timestampsMs: Float64Array | undefined
  #bytes: Uint8Array = NO_BYTES
  #ends = new Uint32Array(0)

  get sizeBytes(): number {
    return this.#bytes.length
  }

  use(timestampsMs: Float64Array): void {
    if (this.#timestampsMs === timestampsMs) return
    this.#timestampsMs = timestampsMs
    this.#ends = new Uint32Array(timestampsMs.length)
    const bytes = Buffer.allocUnsafe(timestampsMs.length * MAX_TIME_BYTES)
    let at = 0
    for (let i = 0; i < timestampsMs.length; i++) {
      if (i > 0) bytes[at++] = COMMA
      bytes[at++] = OPENING_BRACKET
      at = putTime(bytes, at, timestampsMs[i]!)
      bytes[at++] = COMMA
      bytes[at++] = QUOTE
      this.#ends[i] = at
    }
    this.#bytes = bytes.subarray(0, at)
  }

  /** Writes what stands before the value and gives the index behind. */
  put(buffer: Buffer, at: number, index: number): number {
    return putBytes(buffer, at, this.#bytes, index === 0 ? 0 : this.#ends[index - 1]!, this.#ends[index]!)
  }
}
