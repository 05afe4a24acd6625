import type { Clock } from '../../util/clock.ts'
import type { Connection } from './connection.ts'
import { numberOf, rowsOf, textOf } from './result-row.ts'
import { sql, Sql } from './sql.ts'

const CHECK_INTERVAL_MS = 10 * 60_000

/** What one table holds of one day. */
export interface DayPartition {
  readonly table: string
  /** `2026-01-31`. */
  readonly day: string
  readonly sizeBytes: number
}

export interface SizeLimitOptions {
  readonly connection: Connection
  readonly clock: Clock
  readonly maxBytes: number
  /** Brings what waits elsewhere into the tables: of a day that is forgotten nothing may come later. */
  readonly settle?: () => Promise<void>
  /** Called after days were forgotten: what was remembered of them is no longer true. */
  readonly onDropped?: () => void
  /** Called after each check; one that has failed is made again at the next time. */
  readonly onCheck?: (result: 'done' | 'failed') => void
}

/** Keeps the store below a size by forgetting its oldest days. Looks from time to time, so the size may be passed by what comes in between. */
export class SizeLimit {
  readonly #options: SizeLimitOptions
  #cancel: (() => void) | undefined
  #checking: Promise<void> = Promise.resolve()

  constructor(options: SizeLimitOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(CHECK_INTERVAL_MS, () => {
      this.#checking = this.check()
        .then(
          () => this.#options.onCheck?.('done'),
          () => this.#options.onCheck?.('failed'),
        )
        .finally(() => this.#cancel !== undefined && this.start())
    })
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    await this.#checking
  }

  async check(): Promise<void> {
    const { connection, clock, maxBytes, settle, onDropped } = this.#options
    await settle?.()
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const dropped = partitionsToDrop(await listPartitions(connection), maxBytes, today)
    for (const { table, day } of dropped) {
      await connection.command(sql`ALTER TABLE ${new Sql(table)} DROP PARTITION ${day}`)
    }
    if (dropped.length > 0) onDropped?.()
  }
}

/**
 * The oldest days until the rest fits. A day goes as a whole, because its series say which samples there are, and never today,
 * because what was acknowledged a moment ago must not be gone.
 */
export function partitionsToDrop(
  partitions: readonly DayPartition[],
  maxBytes: number,
  today: string,
): readonly DayPartition[] {
  const days = [...new Set(partitions.map(({ day }) => day))].filter((day) => day < today).sort()
  let rest = partitions
  for (const day of days) {
    if (sizeOf(rest) <= maxBytes) break
    rest = rest.filter((partition) => partition.day !== day)
  }
  const kept = new Set(rest)
  return partitions.filter((partition) => !kept.has(partition))
}

function sizeOf(partitions: readonly DayPartition[]): number {
  return partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** Of the tables that are kept by day; the others are small beside them. */
async function listPartitions(connection: Connection): Promise<DayPartition[]> {
  const statement = sql`
    SELECT table, partition AS day, sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database = currentDatabase() AND match(partition, '^\\d{4}-\\d\\d-\\d\\d$')
    GROUP BY table, partition`
  return rowsOf(await connection.query(statement)).map((row) => ({
    table: textOf(row, 'table'),
    day: textOf(row, 'day'),
    sizeBytes: numberOf(row, 'bytes'),
  }))
}
