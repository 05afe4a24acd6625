import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import type { SampleWriter } from '../../storage/sample-store.ts'
import type { RemoteWriteQueue } from './remote-write-queue.ts'

/** A writer that also hands everything it has committed to the queues. What the store did not take is not sent either. */
export class RemoteWriteTap implements SampleWriter {
  readonly #writer: SampleWriter
  readonly #queues: readonly RemoteWriteQueue[]

  constructor(writer: SampleWriter, queues: readonly RemoteWriteQueue[]) {
    this.#writer = writer
    this.#queues = queues
  }

  async write(batch: SampleBatch): Promise<void> {
    await this.#writer.write(batch)
    await Promise.all(this.#queues.map((queue) => queue.offer(batch)))
  }

  async writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    await this.#writer.writeMetadata(metadata)
    for (const queue of this.#queues) queue.offerMetadata(metadata)
  }

  writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    return this.#writer.writeExemplars(exemplars)
  }
}
