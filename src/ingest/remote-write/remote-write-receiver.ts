import type { SampleWriter } from '../../storage/sample-store.ts'
import { SamplesRefusedError, StoreUnavailableError } from '../../storage/store.ts'
import type { Counter, InstrumentRegistry } from '../../telemetry/instruments.ts'
import { LabelSetCache } from './label-set-cache.ts'
import { RemoteWriteError } from './remote-write-error.ts'
import { decodeWriteRequest, type WriteRequest } from './write-request.ts'

export interface RemoteWriteReceiverOptions {
  readonly samples: SampleWriter
  readonly instruments: InstrumentRegistry
  /** Bound of a request after decompression. */
  readonly maxSizeBytes?: number
}

/** A POST to `/api/v1/write`, as any HTTP server hands it over. Header values as they came, '' when absent. */
export interface RemoteWriteHttpRequest {
  readonly body: Buffer
  readonly contentType: string
  readonly contentEncoding: string
}

export interface RemoteWriteHttpResponse {
  readonly status: 204 | 400 | 413 | 415 | 503
  readonly headers: Readonly<Record<string, string>>
  /** Why, in plain text; '' after success. Senders log it. */
  readonly body: string
}

/** Seconds after which a sender should try again when the store cannot take data. */
const RETRY_AFTER = '5'

/**
 * The receiving end of remote write 1.0. It answers as the specification asks, because senders act on the status: 204 when everything is
 * committed; 400, which is not sent again, when something in the request is wrong (what is right in it is committed all the same);
 * 503 when the store cannot take it now and the sender should keep it and try again.
 */
export class RemoteWriteReceiver {
  readonly #samples: SampleWriter
  readonly #maxSizeBytes: number | undefined
  readonly #labelSets = new LabelSetCache()
  readonly #received: Counter
  readonly #rejected: Counter<'reason'>

  constructor({ samples, instruments, maxSizeBytes }: RemoteWriteReceiverOptions) {
    this.#samples = samples
    this.#maxSizeBytes = maxSizeBytes
    this.#received = instruments.counter({
      name: 'tetrascope_remote_write_received_samples_total',
      help: 'Samples received by remote write and committed.',
    })
    this.#rejected = instruments.counter({
      name: 'tetrascope_remote_write_rejected_total',
      help: 'What remote write brought and could not be taken: requests, series, native histograms.',
      labelNames: ['reason'],
    })
  }

  async receive(request: RemoteWriteHttpRequest): Promise<RemoteWriteHttpResponse> {
    const unsupported = unsupportedFormat(request)
    if (unsupported !== undefined) return this.#refuse(415, 'unsupported', unsupported)
    try {
      const decoded = decodeWriteRequest(request.body, {
        labelSets: this.#labelSets,
        ...(this.#maxSizeBytes === undefined ? {} : { maxSizeBytes: this.#maxSizeBytes }),
      })
      await this.#commit(decoded)
      return this.#answer(decoded)
    } catch (error) {
      if (error instanceof RemoteWriteError) {
        return this.#refuse(error.reason === 'too_large' ? 413 : 400, error.reason, error.message)
      }
      if (error instanceof SamplesRefusedError) return this.#refuse(400, 'refused', error.message)
      if (!(error instanceof StoreUnavailableError)) throw error
      return { status: 503, headers: { 'retry-after': RETRY_AFTER }, body: error.message }
    }
  }

  async #commit({ batch, metadata, exemplars }: WriteRequest): Promise<void> {
    if (batch.values.length > 0) await this.#samples.write(batch)
    this.#received.add({}, batch.values.length)
    if (metadata.length > 0) await this.#samples.writeMetadata(metadata)
    if (exemplars.length > 0) await this.#samples.writeExemplars(exemplars)
  }

  #answer({ rejectedSeries, rejection, skippedHistograms }: WriteRequest): RemoteWriteHttpResponse {
    if (rejectedSeries > 0) this.#rejected.add({ reason: 'invalid_labels' }, rejectedSeries)
    if (skippedHistograms > 0) this.#rejected.add({ reason: 'native_histogram' }, skippedHistograms)
    const reasons: string[] = []
    if (rejection !== undefined) reasons.push(`${rejectedSeries} series were left out: ${rejection}`)
    if (skippedHistograms > 0)
      reasons.push(`${skippedHistograms} native histograms were left out: send classic buckets`)
    return { status: reasons.length === 0 ? 204 : 400, headers: {}, body: reasons.join('; ') }
  }

  #refuse(status: 400 | 413 | 415, reason: string, body: string): RemoteWriteHttpResponse {
    this.#rejected.add({ reason })
    return { status, headers: {}, body }
  }
}

/** Why the body cannot be of the format we read; undefined when it can. Senders fall back to 1.0 with snappy when they get 415. */
function unsupportedFormat({ contentType, contentEncoding }: RemoteWriteHttpRequest): string | undefined {
  if (contentEncoding !== 'snappy') {
    return `content-encoding is ${JSON.stringify(contentEncoding)}, expected "snappy"`
  }
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  if (type !== 'application/x-protobuf') {
    return `content-type is ${JSON.stringify(contentType)}, expected "application/x-protobuf"`
  }
  const proto = parameters.find((parameter) => parameter.startsWith('proto='))
  return proto === undefined || proto === 'proto=prometheus.writerequest'
    ? undefined
    : `content-type is ${JSON.stringify(contentType)}, only remote write 1.0 (prometheus.WriteRequest) is understood`
}
