import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { BoundedQueue } from '../../util/bounded-queue.ts'
import { tokenChecker } from '../../util/token.ts'
import type { Span } from '../../model/span.ts'
import { lacksUsage, withEstimatedUsage } from './estimate-usage.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import type { FromGateway, GatewayWorkerData, ToGateway } from './gateway-message.ts'
import { GatewayServer } from './gateway-server.ts'

/** How long records are gathered before they are read and sent over: one message for many calls. */
const GATHER_MS = 20
const MAX_BATCH = 500

const { config, tokens, host, port }: GatewayWorkerData = workerData
const ids = { newTraceId: () => randomBytes(16).toString('hex'), newSpanId: () => randomBytes(8).toString('hex') }
const ended = new BoundedQueue<Exchange>(config.queue_capacity)
let reportedDrops = 0
let changes: Record<string, number> = {}
let gathering = false
/** A batch that the main thread has not taken yet; the next one waits, so that memory is bounded by the queue. */
let sending = false
/** Loaded when a call first comes without counts: its tables take half a second and 70 MB. */
let counting: Promise<(text: string) => number> | undefined
let closing = false

const server = new GatewayServer({ config, accepts: tokenChecker(tokens), onActive, onExchange })
parentPort?.on('message', (message: ToGateway) => void onMessage(message))
server.listen(host, port).then(
  (listening) => send({ type: 'listening', port: listening }),
  (error: NodeJS.ErrnoException) => send({ type: 'failed', code: error.code ?? '', message: error.message }),
)

function onActive(model: string, change: 1 | -1): void {
  changes[model] = (changes[model] ?? 0) + change
  gather()
}

function onExchange(exchange: Exchange): void {
  ended.push(exchange)
  gather()
}

function gather(): void {
  if (gathering) return
  gathering = true
  setTimeout(() => {
    gathering = false
    send({ type: 'active', changes })
    changes = {}
    void sendBatch()
  }, GATHER_MS)
}

async function sendBatch(): Promise<void> {
  if (sending || (ended.size === 0 && ended.refused === reportedDrops)) return
  sending = true
  const spans = await counted(ended.take(MAX_BATCH).flatMap((exchange) => spanOfExchange(exchange, ids) ?? []))
  const dropped = ended.refused - reportedDrops
  reportedDrops = ended.refused
  if (spans.length > 0 || dropped > 0) return send({ type: 'spans', spans, dropped })
  return taken()
}

/** The main thread has the last batch in hand; the next one may go, and the end may be told when there is none. */
async function taken(): Promise<void> {
  sending = false
  await sendBatch()
  if (closing && !sending) send({ type: 'closed' })
}

async function counted(spans: readonly Span[]): Promise<readonly Span[]> {
  if (!spans.some(lacksUsage)) return spans
  counting ??= import('./count-tokens.ts').then(({ countTokensOf }) => countTokensOf)
  const countTokens = await counting
  return spans.map((span) => withEstimatedUsage(span, countTokens))
}

async function onMessage(message: ToGateway): Promise<void> {
  switch (message.type) {
    case 'taken':
      return taken()
    case 'close':
      await server.close(message.graceMs)
      closing = true
      // A batch under way goes on by itself when it is taken.
      return sending ? undefined : taken()
  }
}

function send(message: FromGateway): void {
  parentPort?.postMessage(message)
}
