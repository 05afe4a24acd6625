import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import type { SampleWriter } from '../sample-store.ts'
import { StoreUnavailableError } from '../store.ts'
import { decodeBatch, encodeBatch } from './batch-encoding.ts'
import { Spool, type SpoolOptions } from './spool.ts'

export interface SpooledSampleWriterOptions extends Omit<SpoolOptions, 'sink'> {
  /** Where samples go when it can take them. */
  readonly writer: SampleWriter
}

/**
 * A writer for those who cannot send again (scrapes, our own instruments): what the store cannot take now waits on disk and is written when it can.
 * `write` resolves when the samples are committed or on disk, and rejects with `StoreUnavailableError` only when neither worked.
 * Metadata and exemplars are not spooled: the next scrape states the former again, and the latter are samples of samples by nature; both are counted.
 */
export class SpooledSampleWriter implements SampleWriter {
  readonly #writer: SampleWriter
  readonly #spool: Spool
  readonly #name: string
  readonly #records: SpoolOptions['instruments']['records']

  private constructor({ writer, name, instruments }: SpooledSampleWriterOptions, spool: Spool) {
    this.#writer = writer
    this.#spool = spool
    this.#name = name
    this.#records = instruments.records
  }

  /** Opens the spool and begins to write what earlier processes left in it. */
  static async start(options: SpooledSampleWriterOptions): Promise<SpooledSampleWriter> {
    const sink = (record: Buffer): Promise<'taken' | 'unusable'> => takeRecord(options.writer, record)
    const spool = await Spool.open({ ...options, sink })
    spool.start()
    return new SpooledSampleWriter(options, spool)
  }

  async write(batch: SampleBatch): Promise<void> {
    try {
      await this.#writer.write(batch)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      if (!(await this.#spool.append(encodeBatch(batch)))) throw error
    }
  }

  async writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    await this.#writer.writeMetadata(metadata).catch((error: unknown) => this.#passOver(error))
  }

  async writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    await this.#writer.writeExemplars(exemplars).catch((error: unknown) => this.#passOver(error))
  }

  /** What waits on disk is written by the next process. */
  stop(): Promise<void> {
    return this.#spool.stop()
  }

  #passOver(error: unknown): void {
    if (!(error instanceof StoreUnavailableError)) throw error
    this.#records.add({ spool: this.#name, result: 'dropped' })
  }
}

async function takeRecord(writer: SampleWriter, record: Buffer): Promise<'taken' | 'unusable'> {
  try {
    await writer.write(decodeBatch(record))
    return 'taken'
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error
    // What cannot be decoded or is no batch for the store would block all records behind it for ever.
    return 'unusable'
  }
}
