import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { BoundedQueue } from '../../util/bounded-queue.ts'
import { tokenChecker } from '../../util/token.ts'
import type { Span } from '../../model/span.ts'
import { withEstimatedUsage } from './estimate-usage.ts'
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
/** Loaded once calls are taken: its tables take half a second. Until then records wait in their queue. */
let countTokens: ((text: string) => number) | undefined

const server = new GatewayServer({ config, accepts: tokenChecker(tokens), onActive, onExchange })
parentPort?.on('message', (message: ToGateway) => void onMessage(message))
server.listen(host, port).then(
  (listening) => {
    send({ type: 'listening', port: listening })
    void loadCounter()
  },
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
    sendBatch()
  }, GATHER_MS)
}

function sendBatch(): void {
  if (sending || countTokens === undefined || (ended.size === 0 && ended.refused === reportedDrops)) return
  const counter = countTokens
  const spans = ended.take(MAX_BATCH).flatMap((exchange) => spansOf(exchange, counter))
  const dropped = ended.refused - reportedDrops
  reportedDrops = ended.refused
  if (spans.length === 0 && dropped === 0) return
  sending = true
  send({ type: 'spans', spans, dropped })
}

async function loadCounter(): Promise<void> {
  const { countTokensOf } = await import('./count-tokens.ts')
  countTokens = countTokensOf
  gather()
}

function spansOf(exchange: Exchange, counter: (text: string) => number): readonly Span[] {
  const span = spanOfExchange(exchange, ids)
  return span === undefined ? [] : [withEstimatedUsage(span, counter)]
}

async function onMessage(message: ToGateway): Promise<void> {
  switch (message.type) {
    case 'taken':
      sending = false
      sendBatch()
      break
    case 'close':
      await server.close(message.graceMs)
      sendBatch()
      send({ type: 'closed' })
  }
}

function send(message: FromGateway): void {
  parentPort?.postMessage(message)
}
