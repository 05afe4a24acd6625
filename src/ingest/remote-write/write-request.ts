import { compareText, Labels, METRIC_NAME } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder, STALE_BITS_HIGH, STALE_BITS_LOW } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, MetricType } from '../../model/series.ts'
import { ProtobufError, ProtobufReader } from '../../util/protobuf-wire.ts'
import { LabelSetCache } from './label-set-cache.ts'
import { RemoteWriteError } from './remote-write-error.ts'
import { decompressBlock } from './snappy-block.ts'

export interface WriteRequest {
  readonly batch: SampleBatch
  readonly metadata: readonly MetricMetadata[]
  readonly exemplars: readonly Exemplar[]
  /** Series that are not in the batch because their labels are not valid, and why the first of them is not. Answer HTTP 400 when there are any. */
  readonly rejectedSeries: number
  readonly rejection: string | undefined
  /** Native histograms in the request; they are not taken yet. */
  readonly skippedHistograms: number
}

export interface DecodeOptions {
  /** Keep it from request to request: most label sets repeat. */
  readonly labelSets?: LabelSetCache
  /** Bound of the request after decompression. */
  readonly maxSizeBytes?: number
}

const DEFAULT_MAX_SIZE_BYTES = 64 * 1024 * 1024

/** `MetricMetadata.MetricType` of prompb/types.proto, by number. */
const METRIC_TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]

/**
 * Reads the body of a remote write 1.0 request (https://prometheus.io/docs/specs/prw/remote_write_spec/): a snappy block with a
 * protobuf `WriteRequest`. Series without a valid label set are left out and counted; everything else of the request is good.
 * Throws `RemoteWriteError` when the bytes make no sense.
 */
export function decodeWriteRequest(body: Buffer, options: DecodeOptions = {}): WriteRequest {
  const message = decompressBlock(body, options.maxSizeBytes ?? DEFAULT_MAX_SIZE_BYTES)
  try {
    return new WriteRequestReader(message, options.labelSets ?? new LabelSetCache()).read()
  } catch (error) {
    if (error instanceof ProtobufError) throw new RemoteWriteError('malformed', error.message)
    throw error
  }
}

/** Field numbers of prompb/remote.proto and prompb/types.proto. */
const REQUEST = { timeseries: 1, metadata: 3 } as const
const SERIES = { labels: 1, samples: 2, exemplars: 3, histograms: 4 } as const
const LABELS_TAG = (SERIES.labels << 3) | 2

class WriteRequestReader {
  readonly #message: Buffer
  readonly #view: DataView
  readonly #reader: ProtobufReader
  readonly #labelSets: LabelSetCache
  readonly #builder = new SampleBatchBuilder()
  readonly #series = new Map<Labels, number>()
  readonly #metadata: MetricMetadata[] = []
  readonly #exemplars: Exemplar[] = []
  #seriesRead = 0
  #rejectedSeries = 0
  #rejection: string | undefined
  #skippedHistograms = 0

  constructor(message: Buffer, labelSets: LabelSetCache) {
    this.#message = message
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength)
    this.#reader = new ProtobufReader(message)
    this.#labelSets = labelSets
  }

  read(): WriteRequest {
    const reader = this.#reader
    while (reader.next()) {
      if (reader.field === REQUEST.timeseries) this.#readSeries()
      else if (reader.field === REQUEST.metadata) this.#metadata.push(readMetadata(reader.message()))
      else reader.skip()
    }
    return {
      batch: this.#builder.build(),
      metadata: this.#metadata,
      exemplars: this.#exemplars,
      rejectedSeries: this.#rejectedSeries,
      rejection: this.#rejection,
      skippedHistograms: this.#skippedHistograms,
    }
  }

  #readSeries(): void {
    const reader = this.#reader
    const outerEnd = reader.enter()
    const labels = this.#readLabels()
    if (labels !== undefined) this.#readSeriesData(labels)
    this.#seriesRead++
    reader.leave(outerEnd)
  }

  /** All label fields at the beginning of the series; their bytes are the key under which a valid set is remembered. */
  #readLabels(): Labels | undefined {
    const reader = this.#reader
    const start = reader.position
    while (this.#message[reader.position] === LABELS_TAG && reader.next()) reader.skip()
    const known = this.#labelSets.get(this.#view, start, reader.position)
    if (known !== undefined) return known
    const labels = parseLabels(new ProtobufReader(this.#message, start, reader.position))
    const problem = problemOf(labels)
    if (problem !== undefined) {
      this.#rejectedSeries++
      this.#rejection ??= `timeseries ${this.#seriesRead}: ${problem}`
      return undefined
    }
    this.#labelSets.set(this.#view, start, reader.position, labels)
    return labels
  }

  #readSeriesData(labels: Labels): void {
    const reader = this.#reader
    const series = this.#seriesOf(labels)
    while (reader.next()) {
      switch (reader.field) {
        case SERIES.labels:
          throw new ProtobufError(reader.position, `labels of timeseries ${this.#seriesRead} behind its samples`)
        case SERIES.samples:
          this.#readSample(series)
          break
        case SERIES.exemplars:
          this.#exemplars.push(readExemplar(reader.message(), labels))
          break
        case SERIES.histograms:
          this.#skippedHistograms++
          reader.skip()
          break
        default:
          reader.skip()
      }
    }
  }

  /** Senders that catch up name a series once for each sample; the cache makes its label set the same object, which is quicker to find than its key. */
  #seriesOf(labels: Labels): number {
    const known = this.#series.get(labels)
    if (known !== undefined) return known
    const series = this.#builder.newSeries(labels)
    this.#series.set(labels, series)
    return series
  }

  #readSample(series: number): void {
    const reader = this.#reader
    const outerEnd = reader.enter()
    let value = 0
    let timestampMs = 0
    let stale = false
    while (reader.next()) {
      if (reader.field === 1) {
        // The payload must be looked at before the number exists: JavaScript may change it.
        stale = reader.nextBitsAre(STALE_BITS_HIGH, STALE_BITS_LOW)
        value = reader.double()
      } else if (reader.field === 2) timestampMs = reader.int64()
      else reader.skip()
    }
    reader.leave(outerEnd)
    if (stale) this.#builder.putStale(series, timestampMs)
    else this.#builder.put(series, timestampMs, value)
  }
}

function parseLabels(reader: ProtobufReader): Labels {
  const pairs: Array<readonly [name: string, value: string]> = []
  while (reader.next()) {
    if (reader.field === 1) pairs.push(readLabel(reader.message()))
    else reader.skip()
  }
  const sorted = pairs.filter(([, value]) => value !== '').sort(([a], [b]) => compareText(a, b))
  return Labels.fromSorted(sorted.flat())
}

function readLabel(reader: ProtobufReader): readonly [name: string, value: string] {
  let [name, value] = ['', '']
  while (reader.next()) {
    if (reader.field === 1) name = reader.internedString()
    else if (reader.field === 2) value = reader.internedString()
    else reader.skip()
  }
  return [name, value]
}

/** Why a label set cannot name a series; undefined when it can. */
function problemOf(labels: Labels): string | undefined {
  if (!labels.has(METRIC_NAME)) return `no ${METRIC_NAME} label, found ${labels.toString()}`
  const { pairs } = labels
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i] === '') return `a label without a name, with value ${JSON.stringify(pairs[i + 1])}`
    if (i > 0 && pairs[i] === pairs[i - 2])
      return `label ${JSON.stringify(pairs[i])} occurs twice in ${labels.toString()}`
  }
  return undefined
}

function readExemplar(reader: ProtobufReader, seriesLabels: Labels): Exemplar {
  const pairs: Array<readonly [name: string, value: string]> = []
  let [value, timestampMs] = [0, 0]
  while (reader.next()) {
    if (reader.field === 1) pairs.push(readLabel(reader.message()))
    else if (reader.field === 2) value = reader.double()
    else if (reader.field === 3) timestampMs = reader.int64()
    else reader.skip()
  }
  return { seriesLabels, labels: Labels.from(pairs), value, timestampMs }
}

function readMetadata(reader: ProtobufReader): MetricMetadata {
  let [type, name, help, unit] = [0, '', '', '']
  while (reader.next()) {
    if (reader.field === 1) type = reader.varint()
    else if (reader.field === 2) name = reader.string()
    else if (reader.field === 4) help = reader.string()
    else if (reader.field === 5) unit = reader.string()
    else reader.skip()
  }
  return { name, type: METRIC_TYPES[type] ?? 'unknown', help, unit }
}
