import type { Connection } from './connection.ts'
import { numberOf, rowsOf, textOf } from './result-row.ts'
import { DAY_PARTS, type SettledDay } from './settled-days.ts'
import { list, sql, Sql } from './sql.ts'
import { IS_KEPT, pairsIn, wordsIn } from './tokens.ts'

/** What the engine reads at once: the granularity of `spans`. So a slice is no more than one such piece of each part. */
const ROWS_PER_SLICE = 1024
/** Some seconds of one core. */
const SLICES_PER_STATEMENT = 64

/**
 * Indexes the texts of a day: which words and pairs of ideographs stand in which slice, a stretch of time with about a thousand requests. It is
 * known for slices only, because texts are read by as many requests anyway, and takes a tenth of the room. What was indexed of the day before goes.
 * `goesOn` is asked now and then; a day that was left is indexed anew.
 */
export async function indexWords(connection: Connection, day: SettledDay, goesOn: () => boolean): Promise<void> {
  await forgetWords(connection, [day.day])
  const edges = await edgesOf(connection, day)
  for (let first = 0; first < edges.length; first += SLICES_PER_STATEMENT) {
    if (!goesOn()) return
    await connection.maintain(wordsStatement(day, edges, first))
  }
  await connection.maintain(sql`OPTIMIZE TABLE request_words PARTITION ${day.day} FINAL`)
  await connection.maintain(sql`
    INSERT INTO indexed_days SELECT toDate(${day.day}) AS day, ${BigInt(day.parts)} AS parts, ${arrayOf(edges)} AS edges`)
}

/** Removes what is indexed of these days. */
export async function forgetWords(connection: Connection, days: readonly string[]): Promise<void> {
  for (const day of days) {
    for (const table of ['indexed_days', 'request_words'])
      await connection.command(sql`ALTER TABLE ${new Sql(table)} DROP PARTITION ${day}`)
  }
}

/** The days of which requests or words are kept though they have no spans: those were removed while the day was being settled or indexed. */
export async function orphanedDays(connection: Connection): Promise<string[]> {
  const statement = sql`
    SELECT DISTINCT partition FROM system.parts
    WHERE active AND database = currentDatabase() AND table IN ('settled_requests', 'request_words', 'indexed_days')
      AND toDate(partition) NOT IN (SELECT day FROM (${DAY_PARTS}))`
  return rowsOf(await connection.query(statement)).map((row) => textOf(row, 'partition'))
}

/** Where slices begin, in microseconds: with the pieces that the engine reads. */
async function edgesOf(connection: Connection, { day }: SettledDay): Promise<number[]> {
  const statement = sql`
    SELECT DISTINCT toUnixTimestamp64Micro(start) AS edge FROM spans
    WHERE toDate(spans.start) = toDate(${day}) AND _part_offset % ${ROWS_PER_SLICE} = 0 ORDER BY edge`
  return rowsOf(await connection.query(statement)).map((row) => numberOf(row, 'edge'))
}

/** Of each slice its own tokens first: those of one fit into the processor's caches. */
function wordsStatement({ day, parts }: SettledDay, edges: readonly number[], first: number): Sql {
  const begun = edges.slice(first, first + SLICES_PER_STATEMENT)
  const end = edges[first + SLICES_PER_STATEMENT]
  const text = sql`concat(prompt, ' ', response)`
  return sql`
    INSERT INTO request_words (day, parts, token, slices)
    SELECT toDate(${day}), ${BigInt(parts)}, token, groupBitmapState(slice)
    FROM (
      SELECT slice, arrayJoin(arrayConcat(words, pairs)) AS token FROM (
        SELECT toUInt32(${first} + arrayCount(edge -> edge <= toUnixTimestamp64Micro(start), ${arrayOf(begun)})) AS slice,
          groupUniqArrayArray(${wordsIn(text)}) AS words, groupUniqArrayArray(${pairsIn(text)}) AS pairs
        FROM spans
        WHERE is_request AND toDate(spans.start) = toDate(${day}) AND spans.start >= ${momentSql(begun[0] ?? 0)}
          AND ${end === undefined ? sql`1` : sql`spans.start < ${momentSql(end)}`}
        GROUP BY slice))
    WHERE ${IS_KEPT} GROUP BY token SETTINGS max_threads = 1`
}

function momentSql(us: number): Sql {
  return sql`fromUnixTimestamp64Micro(${us}, 'UTC')`
}

function arrayOf(numbers: readonly number[]): Sql {
  return sql`[${list(numbers.map((number) => sql`${number}`))}]`
}
