import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import type { SampleWriter } from '../../storage/sample-store.ts'
import { SamplesRefusedError } from '../../storage/store.ts'
import type { RemoteWriteQueue } from './remote-write-queue.ts'

/** A writer that also hands everything it has committed to the queues. What the store did not take is not sent either. */
export class RemoteWriteTap implements SampleWriter {
  readonly #writer: SampleWriter
  readonly #remote: { readonly queues: readonly RemoteWriteQueue[] }

  /** The queues are asked for anew with each batch: they change when the configuration does. */
  constructor(writer: SampleWriter, remote: { readonly queues: readonly RemoteWriteQueue[] }) {
    this.#writer = writer
    this.#remote = remote
  }

  async write(batch: SampleBatch): Promise<void> {
    try {
      await this.#writer.write(batch)
      await this.#offer(batch)
    } catch (error) {
      if (error instanceof SamplesRefusedError) await this.#offer(error.taken)
      throw error
    }
  }

  async #offer(batch: SampleBatch): Promise<void> {
    await Promise.all(this.#remote.queues.map((queue) => queue.offer(batch)))
  }

  async writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    await this.#writer.writeMetadata(metadata)
    for (const queue of this.#remote.queues) queue.offerMetadata(metadata)
  }

  async writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    await this.#writer.writeExemplars(exemplars)
    await Promise.all(this.#remote.queues.map((queue) => queue.offerExemplars(exemplars)))
  }
}
