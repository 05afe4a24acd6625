import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { InsertOutcome } from './group-commit.ts'

/** Counts looks at the size of the store by result. */
export function countSizeChecks(instruments: InstrumentRegistry): (result: 'done' | 'failed') => void {
  const checks = instruments.counter({
    name: 'tetrascope_storage_size_checks_total',
    help: 'Looks at the size of the store, for a retention by size, by result (done, failed).',
    labelNames: ['result'],
  })
  return (result) => checks.add({ result })
}

/** Counts the journals' files by table and what came of them, and shows what waits. */
export function countJournals(
  instruments: InstrumentRegistry,
): (table: string, result: 'done' | 'failed', waitingBytes: number) => void {
  const files = instruments.counter({
    name: 'tetrascope_storage_journal_inserts_total',
    help: 'Files of committed rows that were inserted into their table, by table and result (done, failed and tried again).',
    labelNames: ['table', 'result'],
  })
  const waiting = instruments.gauge({
    name: 'tetrascope_storage_journal_size_bytes',
    help: 'Committed rows that are still to be inserted into their table, after the last insert, by table.',
    labelNames: ['table'],
    unit: 'bytes',
  })
  return (table, result, waitingBytes) => {
    files.add({ table, result })
    waiting.set({ table }, waitingBytes)
  }
}

/** Counts rounds in which days are summed up, by result. */
export function countSettlingRounds(instruments: InstrumentRegistry): (result: 'done' | 'failed') => void {
  const rounds = instruments.counter({
    name: 'tetrascope_storage_settling_rounds_total',
    help: 'Rounds in which days of requests that are over are summed up, by result (done, failed: taken up again in the next round).',
    labelNames: ['result'],
  })
  return (result) => rounds.add({ result })
}

/** Counts inserts and their rows by table and result. */
export function countWrites(instruments: InstrumentRegistry): (outcome: InsertOutcome) => void {
  const labelNames = ['table', 'result'] as const
  const inserts = instruments.counter({
    name: 'tetrascope_storage_inserts_total',
    help: 'Group commits by table and result (committed, failed, refused because too much was waiting).',
    labelNames,
  })
  const rows = instruments.counter({
    name: 'tetrascope_storage_rows_total',
    help: 'Rows of group commits by table and result.',
    labelNames,
  })
  const bytes = instruments.counter({
    name: 'tetrascope_storage_bytes_total',
    help: 'Encoded bytes of group commits by table and result.',
    labelNames,
  })
  return (outcome) => {
    const labels = { table: outcome.table, result: outcome.result }
    inserts.add(labels)
    rows.add(labels, outcome.rows)
    bytes.add(labels, outcome.bytes)
  }
}
