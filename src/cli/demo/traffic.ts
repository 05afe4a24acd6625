import type { Logger } from '../../telemetry/log.ts'
import { sleep, type Clock } from '../../util/clock.ts'
import { pick } from '../../util/random.ts'
import { makePrompt } from './conversation.ts'
import { logLines } from './log-lines.ts'
import type { Conditions } from './scenario.ts'
import { schedule, type Arrival } from './trace.ts'

const MODELS = ['gpt-4o-mini', 'gpt-4o-mini', 'gpt-4o', 'claude-3-5-haiku-20241022', 'deepseek-chat']
const FEATURES = ['assistant', 'search', 'summary']
const USERS = 40
/** The trace brings some five calls a second; a quiet stretch waits no longer than this. */
const MAX_GAP_MS = 900
/** Calls under way at once; beyond it the demo lets the trace's next calls pass, as a client with a limit would. */
const MAX_OPEN = 60
const MAX_PROMPT_TOKENS = 600

export interface TrafficOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly conditions: () => Conditions
  readonly trace: readonly Arrival[]
  /** The gateway's OpenAI base, ending in /v1. */
  readonly openaiBaseUrl: string
  /** The product's own address, for feedback and other events. */
  readonly apiUrl: string
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Plays the trace: model calls through the gateway, and afterwards what the users made of the answers. */
export async function playTraffic(options: TrafficOptions): Promise<void> {
  const open = new Set<Promise<void>>()
  for (const { waitMs, arrival } of schedule(options.trace, MAX_GAP_MS)) {
    await sleep(options.clock, waitMs, options.signal)
    if (options.signal.aborted) break
    if (open.size >= MAX_OPEN) continue
    const call = converse(options, arrival)
      .catch((error: unknown) => options.logger.debug({ err: error }, 'a demo call failed'))
      .finally(() => open.delete(call))
    open.add(call)
  }
  await Promise.all(open)
}

interface Turn {
  readonly user: string
  readonly session: string
  readonly feature: string
  readonly traceId: string
  readonly spanId: string
}

async function converse(options: TrafficOptions, arrival: Arrival): Promise<void> {
  const { random } = options
  const user = `user-${Math.floor(random() * USERS)}`
  const turn: Turn = {
    user,
    session: `${user}-${Math.floor(options.clock.now() / 120_000)}`,
    feature: pick(random, FEATURES),
    traceId: hex(random, 32),
    spanId: hex(random, 16),
  }
  const startedMs = options.clock.now()
  const status = await callModel(options, arrival, turn)
  const lines = logLines({ ...turn, status, startedMs, endedMs: options.clock.now() })
  await Promise.all([tell(options, 'logs', { logs: lines }), tellOutcome(options, turn, status < 400)])
}

/** Gives the HTTP status. */
async function callModel(options: TrafficOptions, arrival: Arrival, turn: Turn): Promise<number> {
  const { random } = options
  const { promptScale } = options.conditions()
  const promptTokens = Math.min(MAX_PROMPT_TOKENS, arrival.contextTokens / 3) * promptScale
  const prompt = makePrompt(random, promptTokens)
  const stream = random() < 0.8
  const body = {
    model: pick(random, MODELS),
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    max_tokens: arrival.generatedTokens,
    messages: [{ role: 'user', content: prompt }],
    user: turn.user,
  }
  const response = await fetch(`${options.openaiBaseUrl}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer demo',
      traceparent: `00-${turn.traceId}-${turn.spanId}-01`,
      'x-tetrascope-session': turn.session,
      'x-tetrascope-user': turn.user,
      'x-tetrascope-feature': turn.feature,
    },
    body: JSON.stringify(body),
    signal: options.signal,
  })
  await response.text()
  return response.status
}

/** Some users say what they think, tasks end well or not, and a few buy something. */
async function tellOutcome(options: TrafficOptions, turn: Turn, answered: boolean): Promise<void> {
  const { random } = options
  const { satisfaction } = options.conditions()
  const happy = answered && random() < satisfaction
  const subject = { user_id: turn.user, session_id: turn.session, trace_id: turn.traceId }
  const events: Record<string, unknown>[] = [{ type: happy ? 'task_completed' : 'task_failed', ...subject }]
  if (random() < 0.35) events.push({ type: 'feedback', value: happy ? 1 : 0, ...subject })
  if (!happy && random() < 0.3) events.push({ type: 'handoff', ...subject })
  if (happy && random() < 0.06)
    events.push(
      { type: 'conversion', ...subject },
      { type: 'revenue', value: 4 + Math.floor(random() * 40), ...subject },
    )
  await tell(options, 'events', { events })
}

async function tell({ apiUrl, signal }: TrafficOptions, resource: 'events' | 'logs', body: object): Promise<void> {
  await fetch(new URL(`/api/tetrascope/v1/${resource}`, apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
}

function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}
