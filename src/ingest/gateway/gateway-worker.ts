import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { Span } from '../../model/span.ts'
import { systemClock } from '../../util/clock.ts'
import { tokenChecker } from '../../util/token.ts'
import { lacksUsage, withEstimatedUsage } from './estimate-usage.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import type { FromGateway, GatewayWorkerData, ToGateway } from './gateway-message.ts'
import { GatewayServer } from './gateway-server.ts'
import { RandomIds } from './random-ids.ts'
import { RecordReader } from './record-reader.ts'

const { config, tokens, host, port }: GatewayWorkerData = workerData
preferThisThread()
const ids = new RandomIds()
let changes: Record<string, number> = {}
/** Loaded when a call first comes without counts: its tables take half a second and 70 MB. */
let counting: Promise<(text: string) => number> | undefined

const records = new RecordReader({
  clock: systemClock,
  capacity: config.queue_capacity,
  read: readExchanges,
  send: (piece) => send({ type: 'spans', ...piece }),
  onGathered: sendActive,
})
const server = new GatewayServer({
  config,
  accepts: tokenChecker(tokens),
  onActive,
  onExchange: (exchange) => records.add(exchange),
})
parentPort?.on('message', (message: ToGateway) => void onMessage(message))
server.listen(host, port).then(
  (listening) => send({ type: 'listening', port: listening }),
  (error: NodeJS.ErrnoException) => send({ type: 'failed', code: error.code ?? '', message: error.message }),
)

/**
 * Linux schedules threads, and 0 means the calling one: where the process may do so, the gateway's goes before those of the store, of
 * evaluation and of queries. Elsewhere it takes its turn.
 */
function preferThisThread(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, -10)
  } catch {
    // Not allowed without CAP_SYS_NICE.
  }
}

function onActive(model: string, change: 1 | -1): void {
  changes[model] = (changes[model] ?? 0) + change
  records.gather()
}

function sendActive(): void {
  send({ type: 'active', changes })
  changes = {}
}

async function readExchanges(exchanges: readonly Exchange[]): Promise<readonly Span[]> {
  const spans = exchanges.flatMap((exchange) => spanOfExchange(exchange, ids) ?? [])
  if (!spans.some(lacksUsage)) return spans
  counting ??= import('./count-tokens.ts').then(({ countTokensOf }) => countTokensOf)
  const countTokens = await counting
  return spans.map((span) => withEstimatedUsage(span, countTokens))
}

async function onMessage(message: ToGateway): Promise<void> {
  switch (message.type) {
    case 'taken':
      return records.taken(message.count)
    case 'close':
      await server.close(message.graceMs)
      await records.drain()
      return send({ type: 'closed' })
  }
}

function send(message: FromGateway): void {
  parentPort?.postMessage(message)
}
