import type { Clock } from '../../util/clock.ts'
import type { Connection } from './connection.ts'
import { rowsOf, textOf } from './result-row.ts'
import { DAY_PARTS, forgetRequests, settlingStatements, SUM_TABLES, type SettledDay } from './settled-days.ts'
import { sql, Sql } from './sql.ts'
import { forgetWords, indexWords, orphanedDays } from './word-index.ts'

const ROUND_INTERVAL_MS = 5 * 60_000
const FIRST_ROUND_MS = 60_000
/** A day that is still being written or merged would be summed up again and again. */
const QUIET_MS = 10 * 60_000
/** Indexing a day costs five times what summing it up does: what comes late is waited for longer. */
const WORDS_QUIET = 6

export interface DaySettlingOptions {
  readonly connection: Connection
  readonly clock: Clock
  /** Called after each round; what has failed is done in the next one. */
  readonly onRound?: (result: 'done' | 'failed') => void
}

/** Sums up and indexes days that are over and have come to rest, from time to time and one after the other. */
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

  /**
   * Sums up all days before today that nothing was written to for a while and that are not summed up as they are; then indexes their words,
   * when it was a longer while.
   */
  async settle(quietMs: number): Promise<void> {
    const { connection } = this.#options
    const goesOn = (): boolean => this.#cancel !== undefined || quietMs === 0
    for (const day of await this.#daysWithout('settled_days', quietMs)) {
      for (const statement of settlingStatements(day)) await connection.maintain(statement)
      await tidy(connection, day)
      if (!goesOn()) return
    }
    const orphaned = await orphanedDays(connection)
    await forgetRequests(connection, orphaned)
    await forgetWords(connection, orphaned)
    for (const day of await this.#daysWithout('indexed_days', WORDS_QUIET * quietMs)) {
      await indexWords(connection, day, goesOn)
      if (!goesOn()) return
    }
  }

  #daysWithout(table: 'settled_days' | 'indexed_days', quietMs: number): Promise<SettledDay[]> {
    const today = new Date(this.#options.clock.now()).toISOString().slice(0, 10)
    return daysWithout(this.#options.connection, table, { today, quietMs })
  }
}

/** Merges the sums of the day, which FINAL then reads as they are, and removes earlier ones. */
async function tidy(connection: Connection, { day, parts }: SettledDay): Promise<void> {
  const outdated = sql`day = toDate(${day}) AND parts != ${BigInt(parts)}`
  for (const name of SUM_TABLES) {
    const table = new Sql(name)
    await connection.maintain(sql`OPTIMIZE TABLE ${table} PARTITION ${day} FINAL`)
    // A mutation takes seconds even when there is nothing to remove.
    const found = await connection.query(sql`SELECT 1 AS found FROM ${table} WHERE ${outdated} LIMIT 1`)
    if (rowsOf(found).length > 0) await connection.maintain(sql`ALTER TABLE ${table} DELETE WHERE ${outdated}`)
  }
}

/** Days that a table does not know as they are now. Newest first: they are asked for most. */
async function daysWithout(
  connection: Connection,
  table: 'settled_days' | 'indexed_days',
  { today, quietMs }: { readonly today: string; readonly quietMs: number },
): Promise<SettledDay[]> {
  const statement = sql`
    SELECT toString(day) AS text, toString(parts) AS hash FROM (${DAY_PARTS})
    WHERE day < toDate(${today}) AND changed <= now() - toIntervalSecond(${Math.ceil(quietMs / 1_000)})
      AND (day, parts) NOT IN (SELECT day, parts FROM ${new Sql(table)} FINAL)
    ORDER BY day DESC`
  return rowsOf(await connection.query(statement)).map((row) => ({
    day: textOf(row, 'text'),
    parts: textOf(row, 'hash'),
  }))
}
