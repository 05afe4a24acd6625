import type { SampleBatch } from '../../src/model/sample.ts'
import type { Exemplar, MetricMetadata } from '../../src/model/series.ts'
import type { SampleWriter } from '../../src/storage/sample-store.ts'

/** A writer that keeps what it was given, for tests that look at exactly what is stored. */
export class RecordingWriter implements SampleWriter {
  readonly batches: SampleBatch[] = []
  readonly metadata: MetricMetadata[] = []
  readonly exemplars: Exemplar[] = []
  /** Set to make every write fail. */
  failure: Error | undefined
  #wake: () => void = () => undefined

  async write(batch: SampleBatch): Promise<void> {
    this.batches.push(batch)
    this.#wake()
    if (this.failure !== undefined) throw this.failure
  }

  async writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    this.metadata.push(...metadata)
  }

  async writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    this.exemplars.push(...exemplars)
  }

  /** Resolves when `count` batches were written since the beginning. */
  async waitFor(count: number): Promise<void> {
    while (this.batches.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

/** The samples of a batch as text: `up{job="a"} 1 @15000`, `... stale @30000`. */
export function samplesOf(batch: SampleBatch | undefined): string[] {
  if (batch === undefined) return []
  return Array.from(batch.series, (series, i) => {
    const value = batch.stale[i] === 1 ? 'stale' : batch.values[i]
    return `${batch.labels[series]?.toString()} ${value} @${batch.timestampsMs[i]}`
  })
}
