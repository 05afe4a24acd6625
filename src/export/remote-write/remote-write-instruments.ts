import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'

/**
 * `sent` arrived, `retried` will be sent again after a failure, `refused` was not taken by the receiver for good, `too_old` passed its age limit,
 * `unspoolable` found no room on disk, `dropped_by_rule` is not to be sent by `write_relabel_configs`. `retried` counts each attempt.
 */
export type RemoteWriteResult = 'sent' | 'retried' | 'refused' | 'too_old' | 'unspoolable' | 'dropped_by_rule'

/** The instruments of all queues, by the queue's name. */
export interface RemoteWriteInstruments {
  readonly samples: Counter<'queue' | 'result'>
  readonly exemplars: Counter<'queue' | 'result'>
  readonly sentBytes: Counter<'queue'>
  readonly pendingSamples: Gauge<'queue'>
  readonly shards: Gauge<'queue'>
  readonly highestSentTime: Gauge<'queue'>
}

export function createRemoteWriteInstruments(instruments: InstrumentRegistry): RemoteWriteInstruments {
  return {
    samples: instruments.counter({
      name: 'tetrascope_remote_write_samples_total',
      help: 'Samples handed to a remote write queue, by what became of them.',
      labelNames: ['queue', 'result'],
    }),
    exemplars: instruments.counter({
      name: 'tetrascope_remote_write_exemplars_total',
      help: 'Exemplars handed to a remote write queue, by what became of them.',
      labelNames: ['queue', 'result'],
    }),
    sentBytes: instruments.counter({
      name: 'tetrascope_remote_write_sent_bytes_total',
      help: 'Compressed bytes that the receiver took.',
      unit: 'bytes',
      labelNames: ['queue'],
    }),
    pendingSamples: instruments.gauge({
      name: 'tetrascope_remote_write_pending_samples',
      help: 'Samples and exemplars in the memory of the shards, waiting to be sent.',
      labelNames: ['queue'],
    }),
    shards: instruments.gauge({
      name: 'tetrascope_remote_write_shards',
      help: 'Requests that the queue may have under way at once.',
      labelNames: ['queue'],
    }),
    highestSentTime: instruments.gauge({
      name: 'tetrascope_remote_write_highest_sent_timestamp_seconds',
      help: 'Time of the newest sample that the receiver took, seconds since 1970.',
      unit: 'seconds',
      labelNames: ['queue'],
    }),
  }
}
