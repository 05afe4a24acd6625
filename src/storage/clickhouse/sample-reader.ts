import { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { Series } from '../../model/series.ts'
import type { Cancellation, SelectHints, TimeRange } from '../sample-store.ts'
import type { Connection } from './connection.ts'
import { matchesAny, selectorsCondition } from './label-condition.ts'
import { bytesOf, floatsOf, readBlocks, wordsOf, type Block } from './native-reader.ts'
import { numberOf, rowsOf, rowsOfBlock, textOf, textsOf, type ResultRow } from './result-row.ts'
import { DAY_MS, dayOf } from './series-registry.ts'
import { and, sql, type Sql } from './sql.ts'
import { chooseThinning, isInWindow, thinnedSamples, type Thinning } from './thinning.ts'
import { timeCondition } from './time-condition.ts'

/** What one statement reads: few enough samples to hold, enough that the statement's own cost does not matter. */
const SAMPLES_PER_PAGE = 250_000
const SERIES_PER_PAGE = 1_000
/** Of samples that the engine reads for one statement, however few come out: a statement that is no longer wanted should end soon. */
const SCANNED_PER_PAGE = 4_000_000
/** Taken for the distance of samples until the first page has shown what it is. */
const ASSUMED_INTERVAL_MS = 10_000
/** Label sets that are read without letting others have a turn. */
const SERIES_PER_BLOCK = 4_096
/** Ids in one statement that only asks which series have samples. */
const IDS_PER_CHECK = 20_000

export interface StoredSeries {
  /** As decimal digits, for statements. */
  readonly id: string
  readonly idHigh: number
  readonly idLow: number
  readonly labels: Labels
}

/** Reads series and samples by statements of bounded size, so that a long range never lies in memory as a whole and no session is held meanwhile. */
export class SampleReaderTable {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncGenerator<readonly Series[]> {
    const signal = cancellation?.signal
    const found = await this.findSeries([matchers], range, signal)
    const part: Part = { range, thinning: chooseThinning(hints.windows, ASSUMED_INTERVAL_MS), signal }
    let perPage = firstPageSize(part)
    let next = this.#readPage(found.slice(0, perPage), part)
    for (let start = 0; start < found.length; ) {
      const page = await next
      start += perPage
      perPage = pageSize(page, part)
      // The next page is read while this one is worked on.
      next = this.#readPage(found.slice(start, start + perPage), part)
      next.catch(() => {})
      const block = page.filter(({ timestampsMs }) => timestampsMs.length > 0)
      if (block.length > 0) yield block
    }
  }

  /** The series that are stated for a day of the range and match, by ascending id. */
  async findSeries(
    selectors: ReadonlyArray<readonly Matcher[]>,
    range: TimeRange,
    signal?: AbortSignal,
  ): Promise<StoredSeries[]> {
    const statement = sql`
      SELECT toString(series) AS id, ${ID_HALVES}, labels AS pairs FROM series
      WHERE ${dayCondition(range)} AND (${selectorsCondition(selectors)})
      ORDER BY series LIMIT 1 BY series
      SETTINGS max_block_size = ${SERIES_PER_BLOCK}`
    const found: StoredSeries[] = []
    for (const block of readBlocks(await this.#connection.query(statement, signal))) {
      for (const row of rowsOfBlock(block)) {
        const labels = Labels.fromSorted(textsOf(row, 'pairs'))
        if (matchesAny(selectors, (name) => labels.get(name))) found.push(readSeries(row, labels))
      }
      // Others have a turn between blocks; a million label sets take a while to read.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return found
  }

  /** Those of the series that have a sample in the range. */
  async withSamples(series: readonly StoredSeries[], range: TimeRange): Promise<StoredSeries[]> {
    const present = new Set<string>()
    for (let start = 0; start < series.length; start += IDS_PER_CHECK) {
      const chunk = series.slice(start, start + IDS_PER_CHECK)
      for (const id of await this.#statedOnWholeDays(chunk, range)) present.add(id)
      const undecided = chunk.filter(({ id }) => !present.has(id))
      for (const id of await this.#sampledIn(undecided, range)) present.add(id)
    }
    return series.filter(({ id }) => present.has(id))
  }

  /** A series that is stated for a day has a sample on it; so for days that lie within the range the samples need not be read. */
  async #statedOnWholeDays(series: readonly StoredSeries[], range: TimeRange): Promise<string[]> {
    const first = clampDay(range.minMs + DAY_MS - 1)
    const last = clampDay(range.maxMs + 1) - 1
    if (last < first) return []
    const statement = sql`
      SELECT DISTINCT toString(series) AS id FROM series
      WHERE day BETWEEN toDate(${first}) AND toDate(${last}) AND series IN ${idsOf(series)}`
    return rowsOf(await this.#connection.query(statement)).map((row) => textOf(row, 'id'))
  }

  async #sampledIn(series: readonly StoredSeries[], range: TimeRange): Promise<string[]> {
    if (series.length === 0) return []
    const statement = sql`
      SELECT DISTINCT toString(series) AS id FROM samples
      WHERE series IN ${idsOf(series)} AND ${timeCondition('time', range)}`
    return rowsOf(await this.#connection.query(statement)).map((row) => textOf(row, 'id'))
  }

  async #readPage(page: readonly StoredSeries[], { range, thinning, signal }: Part): Promise<Series[]> {
    if (page.length === 0) return []
    const conditions = and([
      sql`series IN ${idsOf(page)}`,
      timeCondition('time', range),
      ...(thinning.gaps === undefined ? [] : [isInWindow(thinning.gaps)]),
    ])
    // Samples of equal key are of one day, so the days need not be merged with each other.
    const statement = sql`
      SELECT ${ID_HALVES}, time_ms, value, stale FROM (${thinnedSamples(thinning, conditions)})
      ORDER BY series, time_ms
      SETTINGS do_not_merge_across_partitions_select_final = 1`
    return cutIntoSeries(page, [...readBlocks(await this.#connection.query(statement, signal))])
  }
}

/** What a selection reads of its series. */
interface Part {
  readonly range: TimeRange
  readonly thinning: Thinning
  readonly signal: AbortSignal | undefined
}

const ID_HALVES: Sql = sql`toUInt32(bitShiftRight(series, 32)) AS high, toUInt32(bitAnd(series, 0xffffffff)) AS low`

function idsOf(series: readonly StoredSeries[]): bigint[] {
  return series.map(({ id }) => BigInt(id))
}

function readSeries(row: ResultRow, labels: Labels): StoredSeries {
  return { id: textOf(row, 'id'), idHigh: numberOf(row, 'high'), idLow: numberOf(row, 'low'), labels }
}

function firstPageSize(part: Part): number {
  const { range, thinning } = part
  return seriesPerPage((thinning.share * (range.maxMs - range.minMs)) / ASSUMED_INTERVAL_MS, part)
}

function pageSize(page: readonly Series[], part: Part): number {
  const samples = page.reduce((sum, { timestampsMs }) => sum + timestampsMs.length, 0)
  return seriesPerPage(samples / Math.max(1, page.length), part)
}

function seriesPerPage(samplesPerSeries: number, { range, thinning }: Part): number {
  const scanned = thinning.share === 1 ? 1 : (range.maxMs - range.minMs) / ASSUMED_INTERVAL_MS
  const most = Math.min(SERIES_PER_PAGE, SAMPLES_PER_PAGE / samplesPerSeries, SCANNED_PER_PAGE / scanned)
  return Math.max(1, Math.floor(most))
}

/** Both the series of the page and the rows are in the order of the ids; a series without rows comes out empty. */
function cutIntoSeries(page: readonly StoredSeries[], blocks: readonly Block[]): Series[] {
  const rowCount = blocks.reduce((sum, block) => sum + block.rowCount, 0)
  const columns = {
    high: new Uint32Array(rowCount),
    low: new Uint32Array(rowCount),
    timestampsMs: new Float64Array(rowCount),
    values: new Float64Array(rowCount),
    stale: new Uint8Array(rowCount),
  }
  let at = 0
  for (const block of blocks) {
    if (block.rowCount === 0) continue
    columns.high.set(wordsOf(block, 'high'), at)
    columns.low.set(wordsOf(block, 'low'), at)
    columns.timestampsMs.set(floatsOf(block, 'time_ms'), at)
    columns.values.set(floatsOf(block, 'value'), at)
    columns.stale.set(bytesOf(block, 'stale'), at)
    at += block.rowCount
  }
  let start = 0
  return page.map(({ idHigh, idLow, labels }) => {
    let end = start
    while (end < rowCount && columns.low[end] === idLow && columns.high[end] === idHigh) end++
    const stale = columns.stale.subarray(start, end)
    const series: Series = {
      labels,
      timestampsMs: columns.timestampsMs.subarray(start, end),
      values: columns.values.subarray(start, end),
      stale: stale.includes(1) ? stale : null,
      histograms: null,
    }
    start = end
    return series
  })
}

function dayCondition(range: TimeRange): Sql {
  return sql`day BETWEEN toDate(${clampDay(range.minMs)}) AND toDate(${clampDay(range.maxMs)})`
}

/** A Date counts days in 16 bits. */
function clampDay(timeMs: number): number {
  return Math.min(Math.max(dayOf(timeMs), 0), 0xffff)
}
