// How fast questions about many requests are answered over HTTP, and what a request takes on disk: a store of 10 million requests of 30 days,
// behind the real program. Run after a build: UV_THREADPOOL_SIZE=16 npx tsx bench/requests/explore.ts [rows] [words] [directory that is kept]
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { DaySettling } from '../../src/storage/clickhouse/day-settling.ts'
import { EmbeddedConnection } from '../../src/storage/clickhouse/embedded-connection.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { numberOf, rowsOf, textOf } from '../../src/storage/clickhouse/result-row.ts'
import { sql } from '../../src/storage/clickhouse/sql.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import { systemClock } from '../../src/util/clock.ts'
import { Tetrascope } from '../../test/support/tetrascope.ts'
import { DAYS, fillRequests, RARE } from './request-filling.ts'

const ROWS = Number(process.argv[2] ?? 10_000_000)
const WORDS = Number(process.argv[3] ?? 150)
const KEPT = process.argv[4]
const ROUNDS = 5
const DAY_MS = 86_400_000
const API = '/api/tetrascope/v1'

const data = KEPT ?? mkdtempSync(path.join(tmpdir(), 'tetrascope-explore-'))
try {
  if (!existsSync(path.join(data, 'clickhouse'))) await fill()
  await settle()
  await showSizes()
  await ask()
} finally {
  if (KEPT === undefined) rmSync(data, { recursive: true, force: true })
}

async function fill(): Promise<void> {
  const retention = retentionConfig.parse({ requests: '0', evaluations: '0' })
  await (await openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory: data })).close()
  const began = performance.now()
  const cpu = process.cpuUsage()
  await withEngine((engine) => fillRequests(engine, { rows: ROWS, words: WORDS, endMs: Date.now() }))
  const { user, system } = process.cpuUsage(cpu)
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(`${ROWS} requests made and stored in ${seconds} s, ${((user + system) / ROWS).toFixed(0)} µs CPU each`)
}

/** What the program does by itself when a day is over. */
async function settle(): Promise<void> {
  const retention = retentionConfig.parse({ requests: '0', evaluations: '0' })
  await (await openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory: data })).close()
  await withEngine(async (engine) => {
    const waiting = sql`SELECT count() AS n FROM system.mutations WHERE NOT is_done`
    while (rowsOf(await engine.query(waiting)).some((row) => numberOf(row, 'n') > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    const cpu = process.cpuUsage()
    await new DaySettling({ connection: engine, clock: systemClock }).settle(0)
    const { user, system } = process.cpuUsage(cpu)
    console.log(`days settled, ${((user + system) / ROWS).toFixed(1)} µs CPU a request`)
  })
}

async function showSizes(): Promise<void> {
  const statement = sql`
    SELECT table, sum(rows) AS rows, count() AS parts, sum(bytes_on_disk) AS bytes, sum(secondary_indices_compressed_bytes) AS indexes
    FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table HAVING rows > 0 ORDER BY bytes DESC`
  const tables = await withEngine(async (engine) => rowsOf(await engine.query(statement)))
  console.log(`\n| table | rows | parts | bytes a request | of them indexes |\n|---|---|---|---|---|`)
  for (const row of tables) {
    const each = (name: string): string => (numberOf(row, name) / ROWS).toFixed(1)
    console.log(
      `| ${textOf(row, 'table')} | ${numberOf(row, 'rows')} | ${numberOf(row, 'parts')} | ${each('bytes')} | ${each('indexes')} |`,
    )
  }
}

async function withEngine<T>(work: (engine: EmbeddedConnection) => Promise<T>): Promise<T> {
  const engine = await EmbeddedConnection.open({ path: data, readers: 1, maxWaiting: 10 })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

async function ask(): Promise<void> {
  const product = await Tetrascope.start({
    data,
    config: 'evaluation: { enabled: false }\nretention: { requests: "0", evaluations: "0" }\n',
  })
  try {
    console.log(`\nload of the machine ${loadavg()[0]?.toFixed(1)}\n`)
    console.log(`| question | ms of the last day | CPU ms | ms of ${DAYS} days | CPU ms |\n|---|---|---|---|---|`)
    for (const [name, question] of questions(await someIds(product))) {
      const day = await timed(product, question, 1)
      const month = await timed(product, question, DAYS)
      console.log(`| ${name} | ${day.ms} | ${day.cpuMs} | ${month.ms} | ${month.cpuMs} |`)
    }
  } finally {
    await product.stop()
  }
}

interface Ids {
  readonly traceId: string
  readonly spanId: string
  readonly userId: string
  readonly sessionId: string
}

async function someIds(product: Tetrascope): Promise<Ids> {
  const { rows } = await product.getJson<{ rows: Ids[] }>(`${API}/requests?limit=1`)
  const [row] = rows
  if (row === undefined) throw new Error('the store is empty')
  return row
}

function questions({ traceId, spanId, userId, sessionId }: Ids): ReadonlyArray<readonly [string, string]> {
  return [
    ['list', '/requests'],
    ['list, model and errors', '/requests?model=model-0&status=error'],
    ['list, one user', `/requests?user=${userId}`],
    ['list, one session', `/requests?session=${sessionId}`],
    ['list, a user that does not exist', '/requests?user=nobody'],
    ['list, one trace', `/requests?trace=${traceId}`],
    ['list, slower than 30 s', '/requests?min_latency_ms=30000'],
    ['list, flagged as toxic', '/requests?evaluator=toxicity'],
    ['list, slowest first', '/requests?order=latency'],
    ['list, dearest first', '/requests?order=cost'],
    ['list, most tokens first', '/requests?order=tokens'],
    ['facets', '/requests/facets'],
    ['facets, of one model', '/requests/facets?model=model-0'],
    ['facets, also users and finish reasons', '/requests/facets?fields=model,status,user,finish_reason'],
    ['histogram', '/requests/histogram'],
    ['histogram, of one model', '/requests/histogram?model=model-0'],
    ['histogram, of one user', `/requests/histogram?user=${userId}`],
    ['groups by model', '/requests/groups?by=model'],
    ['groups by feature', '/requests/groups?by=feature'],
    ['groups by prompt version', '/requests/groups?by=prompt'],
    ['groups by user', '/requests/groups?by=user'],
    ['groups by session', '/requests/groups?by=session'],
    ['totals', '/requests/totals'],
    ['sessions', '/sessions'],
    ['one session', `/sessions/${sessionId}`],
    ['request', `/requests/${traceId}/${spanId}`],
    ['trace', `/traces/${traceId}`],
    ['comparison of two models', '/requests/compare?a.model=model-0&b.model=model-5'],
    ['export of 1,000 as JSON lines', '/requests/export?limit=1000'],
    ['export of 1,000 as Parquet', '/requests/export?limit=1000&format=parquet'],
    ['text: a frequent word', '/requests?text=tion'],
    ['text: a rare word', `/requests?text=${RARE.english}`],
    ['text: a rare Chinese word', `/requests?text=${encodeURIComponent(RARE.chinese)}`],
    ['text: a frequent Chinese word', `/requests?text=${encodeURIComponent('不了')}`],
    ['text: nowhere', '/requests?text=nowhere+to+be+found'],
  ]
}

/** The median of some rounds after one to warm up, and the processor time of the program for one of them. */
async function timed(product: Tetrascope, question: string, days: number): Promise<{ ms: string; cpuMs: string }> {
  const start = Date.now() - days * DAY_MS
  const ranged = /^\/(?:requests(?:$|\?|\/[a-z]+(?:$|\?))|sessions)/.test(question)
  const url = `${product.url}${API}${question}${ranged ? `${question.includes('?') ? '&' : '?'}start=${start}` : ''}`
  const times: number[] = []
  let cpuMs = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const before = cpuMsOf(product.pid)
    const began = performance.now()
    const response = await fetch(url)
    const body = await response.arrayBuffer()
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${Buffer.from(body).toString('utf8')}`)
    if (round === 0) continue
    times.push(performance.now() - began)
    cpuMs += cpuMsOf(product.pid) - before
    if (times.reduce((sum, ms) => sum + ms, 0) > 20_000) break
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN
  return { ms: median.toFixed(0), cpuMs: (cpuMs / times.length).toFixed(0) }
}

/** Of the whole process, from Linux, in its ticks of 10 ms. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}
