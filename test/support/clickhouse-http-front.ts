/**
 * ClickHouse's HTTP interface in front of the embedded engine, so that the real client and real SQL run where there is no server.
 * Run as `clickhouse-http-front.ts DIRECTORY USER PASSWORD`; prints one JSON line with its URL when it listens.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Session } from 'chdb'

const [directory = '', user = 'default', password = ''] = process.argv.slice(2)
const SESSIONS = 8

/** Parameters of the URL that are not settings of the engine. */
const OWN_PARAMETERS = new Set([
  'query',
  'database',
  'query_id',
  'session_id',
  'default_format',
  'enable_http_compression',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
])

const files = path.join(directory, 'bodies')
mkdirSync(files, { recursive: true })
const idle = Array.from({ length: SESSIONS }, () => new Session(path.join(directory, 'clickhouse')))
const waiting: ((session: Session) => void)[] = []

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => fail(response, error))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no port')
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${address.port}` })}\n`)
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://front')
  if (url.pathname === '/ping') return void response.end('Ok.\n')
  const body = await readBody(request)
  if (!isAllowed(request)) throw new Refusal(403, 516, `${user}: Authentication failed: password is incorrect`)
  const inUrl = url.searchParams.get('query')
  const statement = inUrl ?? body.toString('utf8')
  const session = await acquire()
  try {
    await applyParameters(session, url.searchParams)
    const result = await run(
      session,
      statement,
      inUrl === null ? undefined : body,
      url.searchParams.get('default_format'),
    )
    send(request, response, url.searchParams, result)
  } finally {
    release(session)
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const raw = await buffer(request)
  return request.headers['content-encoding'] === 'gzip' && raw.length > 0 ? gunzipSync(raw) : raw
}

function isAllowed({ headers }: IncomingMessage): boolean {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1]
  const [name = 'default', secret = ''] =
    basic === undefined
      ? [headers['x-clickhouse-user']?.toString(), headers['x-clickhouse-key']?.toString()]
      : Buffer.from(basic, 'base64').toString().split(/:(.*)/s)
  return name === user && secret === password
}

async function applyParameters(session: Session, parameters: URLSearchParams): Promise<void> {
  await session.queryAsync(`USE ${parameters.get('database') ?? 'default'}`)
  for (const [name, value] of parameters) {
    if (!OWN_PARAMETERS.has(name)) await session.queryAsync(`SET ${name} = '${value.replaceAll("'", "\\'")}'`)
  }
}

interface Result {
  readonly bytes: Buffer
  readonly format: string
  readonly rowsRead: number
}

const INSERT = /^\s*(INSERT\s+INTO\s+\S+\s*\(([^)]*)\))\s*FORMAT\s+(\w+)\s*$/is
const FORMAT_CLAUSE = /\sFORMAT\s+(\w+)\s*$/i

async function run(
  session: Session,
  statement: string,
  data: Buffer | undefined,
  defaultFormat: string | null,
): Promise<Result> {
  const insert = INSERT.exec(statement)
  if (insert !== null && data !== undefined) {
    const [, target = '', columns = '', format = ''] = insert
    return insertFile(session, `${target} SELECT ${columns}`, format, data)
  }
  const format = FORMAT_CLAUSE.exec(statement)?.[1] ?? defaultFormat ?? 'TabSeparated'
  const result = await session.queryAsync(statement.replace(FORMAT_CLAUSE, ''), { format })
  return { bytes: Buffer.from(result.bytes()), format, rowsRead: result.rowsRead }
}

async function insertFile(session: Session, statement: string, format: string, data: Buffer): Promise<Result> {
  const file = path.join(files, `${randomUUID()}.${format}`)
  writeFileSync(file, data)
  try {
    await session.queryAsync(`${statement} FROM file('${file}', '${format}')`)
  } finally {
    unlinkSync(file)
  }
  return { bytes: Buffer.alloc(0), format, rowsRead: 0 }
}

function send(request: IncomingMessage, response: ServerResponse, parameters: URLSearchParams, result: Result): void {
  const compress =
    parameters.get('enable_http_compression') === '1' && /\bgzip\b/.test(String(request.headers['accept-encoding']))
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'X-ClickHouse-Query-Id': parameters.get('query_id') ?? randomUUID(),
    'X-ClickHouse-Format': result.format,
    'X-ClickHouse-Timezone': 'UTC',
    'X-ClickHouse-Summary': JSON.stringify({ read_rows: String(result.rowsRead), written_rows: '0', elapsed_ns: '0' }),
    ...(compress ? { 'Content-Encoding': 'gzip' } : {}),
  })
  response.end(compress ? gzipSync(result.bytes) : result.bytes)
}

class Refusal extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const code = codeOf(error)
  const status = error instanceof Refusal ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  response.writeHead(status, { 'X-ClickHouse-Exception-Code': String(code), 'Content-Type': 'text/plain' })
  response.end(message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`)
}

/** 1002 is what ClickHouse calls an error that it has no name for. */
function codeOf(error: unknown): number {
  if (error instanceof Refusal) return error.code
  return error instanceof Error && 'clickhouseCode' in error ? Number(error.clickhouseCode) : 1002
}

function acquire(): Promise<Session> {
  const session = idle.pop()
  return session === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(session)
}

function release(session: Session): void {
  const next = waiting.shift()
  if (next === undefined) idle.push(session)
  else next(session)
}
