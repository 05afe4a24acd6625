import type { Clock } from '../../util/clock.ts'
import type { Connection } from './connection.ts'
import { rowsOf, textOf } from './result-row.ts'
import { DAY_PARTS, settlingStatements, SUM_TABLES, type SettledDay } from './settled-days.ts'
import { sql, Sql } from './sql.ts'

const ROUND_INTERVAL_MS = 5 * 60_000
const FIRST_ROUND_MS = 60_000
/** A day that is still being written or merged would be summed up again and again. */
const QUIET_MS = 10 * 60_000

export interface DaySettlingOptions {
  readonly connection: Connection
  readonly clock: Clock
  /** Called after each round; what has failed is done in the next one. */
  readonly onRound?: (result: 'done' | 'failed') => void
}

/** Sums up days that are over and have come to rest, from time to time and one after the other. */
export class DaySettling {
  readonly #options: DaySettlingOptions
  #cancel: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: DaySettlingOptions) {
    this.#options = options
  }

  start(delayMs = FIRST_ROUND_MS): void {
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#running = this.settle(QUIET_MS)
        .then(
          () => this.#options.onRound?.('done'),
          () => this.#options.onRound?.('failed'),
        )
        .finally(() => this.#cancel !== undefined && this.start(ROUND_INTERVAL_MS))
    })
  }

  /** Ends after the day under way. Idempotent. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    await this.#running
  }

  /** Sums up all days before today that nothing was written to for a while and that are not summed up as they are. */
  async settle(quietMs: number): Promise<void> {
    const { connection, clock } = this.#options
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    for (const day of await unsettledDays(connection, today, quietMs)) {
      for (const statement of settlingStatements(day)) await connection.command(statement)
      await tidy(connection, day)
      if (this.#cancel === undefined && quietMs > 0) return
    }
  }
}

/** Merges the sums of the day, which FINAL then reads as they are, and removes earlier ones. */
async function tidy(connection: Connection, { day, parts }: SettledDay): Promise<void> {
  const outdated = sql`day = toDate(${day}) AND parts != ${BigInt(parts)}`
  for (const name of SUM_TABLES) {
    const table = new Sql(name)
    await connection.command(sql`OPTIMIZE TABLE ${table} PARTITION ${day} FINAL`)
    // A mutation takes seconds even when there is nothing to remove.
    const found = await connection.query(sql`SELECT 1 AS found FROM ${table} WHERE ${outdated} LIMIT 1`)
    if (rowsOf(found).length > 0) await connection.command(sql`ALTER TABLE ${table} DELETE WHERE ${outdated}`)
  }
}

/** Newest first: they are asked for most. */
async function unsettledDays(connection: Connection, today: string, quietMs: number): Promise<SettledDay[]> {
  const statement = sql`
    SELECT toString(day) AS text, toString(parts) AS hash FROM (${DAY_PARTS})
    WHERE day < toDate(${today}) AND changed <= now() - toIntervalSecond(${Math.ceil(quietMs / 1_000)})
      AND (day, parts) NOT IN (SELECT day, parts FROM settled_days FINAL)
    ORDER BY day DESC`
  return rowsOf(await connection.query(statement)).map((row) => ({
    day: textOf(row, 'text'),
    parts: textOf(row, 'hash'),
  }))
}
