import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'

/** What following files says about itself, by the pattern that the files were found by. */
export interface FollowingInstruments {
  readonly lines: Counter<'pattern'>
  readonly rejected: Counter<'pattern' | 'reason'>
  readonly errors: Counter<'reason'>
  readonly files: Gauge<'pattern'>
  readonly lagBytes: Gauge<'pattern'>
}

export function createFollowingInstruments(registry: InstrumentRegistry): FollowingInstruments {
  return {
    lines: registry.counter({
      name: 'tetrascope_files_lines_total',
      help: 'Lines of followed files that were read and whose content is committed, rejected ones included',
      labelNames: ['pattern'],
    }),
    rejected: registry.counter({
      name: 'tetrascope_files_rejected_lines_total',
      help: 'Lines of followed files that hold nothing that can be taken: not_json, not_understood, too_long',
      labelNames: ['pattern', 'reason'],
    }),
    errors: registry.counter({
      name: 'tetrascope_files_errors_total',
      help: 'What kept files from being followed and is tried again: unreadable, too_many, not_committed, not_remembered',
      labelNames: ['reason'],
    }),
    files: registry.gauge({
      name: 'tetrascope_files_followed',
      help: 'Files that are open and followed, rotated ones included until they are read to their end',
      labelNames: ['pattern'],
    }),
    lagBytes: registry.gauge({
      name: 'tetrascope_files_lag_bytes',
      help: 'Bytes of followed files that are not committed yet',
      unit: 'bytes',
      labelNames: ['pattern'],
    }),
  }
}
