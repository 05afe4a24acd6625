import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'

/**
 * `spooled` went to disk, `drained` came to its place later, `dropped` did not fit the bound, `torn` was being written when the process died,
 * `unusable` could not be read by the one it was meant for, `unwritable` found no disk to go to.
 */
export type SpoolResult = 'spooled' | 'drained' | 'dropped' | 'torn' | 'unusable' | 'unwritable'

/** The instruments of all spools, by the spool's name. */
export interface SpoolInstruments {
  readonly records: Counter<'spool' | 'result'>
  readonly sizeBytes: Gauge<'spool'>
}

export function createSpoolInstruments(instruments: InstrumentRegistry): SpoolInstruments {
  return {
    records: instruments.counter({
      name: 'tetrascope_spool_records_total',
      help: 'Records handed to a spool on disk, by what became of them.',
      labelNames: ['spool', 'result'],
    }),
    sizeBytes: instruments.gauge({
      name: 'tetrascope_spool_size_bytes',
      help: 'Bytes that wait in a spool on disk.',
      unit: 'bytes',
      labelNames: ['spool'],
    }),
  }
}
