import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Attributes } from './model-call.ts'
import { tracesBody } from './otlp-json.ts'
import type { Lane } from './outbox.ts'
import { isRecord, numberAt, textAt } from './record.ts'

const compress = promisify(gzip)

/** Smaller bodies do not gain from being compressed. */
const MIN_COMPRESSED = 1_024

/** How the server answered a batch. */
export type PostOutcome =
  /** Committed, but for `rejected` items that it could not take. */
  | { readonly kind: 'sent'; readonly rejected: number; readonly message: string }
  /** Sending it again would not help. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The body is larger than the server takes. */
  | { readonly kind: 'too-large'; readonly message: string }
  /** The server is away or busy. `afterMs` is what it asked for. */
  | { readonly kind: 'retry'; readonly afterMs: number | undefined; readonly message: string }

export interface PostTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly resource: Attributes
  readonly timeoutMs: number
}

const PATHS: Readonly<Record<Lane, string>> = {
  spans: 'v1/traces',
  events: 'api/tetrascope/v1/events',
  feedback: 'api/tetrascope/v1/feedback',
  'ground-truth': 'api/tetrascope/v1/ground-truth',
}

/** OTLP's list (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes) and the timeout of a request. */
const RETRYABLE = new Set([408, 429, 502, 503, 504])

/** Taken before anybody else can replace it: exports must not show up in the host's own traces and mocks. */
const plainFetch = globalThis.fetch

/** Sends one batch. Never rejects. */
export async function post(lane: Lane, items: readonly string[], target: PostTarget): Promise<PostOutcome> {
  try {
    const { body, encoding } = await encode(lane, items, target.resource)
    const response = await plainFetch(new URL(PATHS[lane], target.url), {
      method: 'POST',
      headers: { ...target.headers, 'content-type': 'application/json', ...encoding },
      body,
      signal: AbortSignal.timeout(target.timeoutMs),
    })
    return outcomeOf(response, await response.text())
  } catch (error) {
    return { kind: 'retry', afterMs: undefined, message: reasonOf(error) }
  }
}

async function encode(
  lane: Lane,
  items: readonly string[],
  resource: Attributes,
): Promise<{ body: string | Uint8Array<ArrayBuffer>; encoding: Record<string, string> }> {
  if (lane !== 'spans') return { body: `[${items.join(',')}]`, encoding: {} }
  const text = tracesBody(resource, items)
  if (text.length < MIN_COMPRESSED) return { body: text, encoding: {} }
  return { body: new Uint8Array(await compress(text)), encoding: { 'content-encoding': 'gzip' } }
}

function outcomeOf(response: Response, text: string): PostOutcome {
  const message = `HTTP ${response.status} ${text.slice(0, 300)}`.trim()
  if (response.ok) return { kind: 'sent', ...rejectionsIn(text) }
  if (response.status === 413) return { kind: 'too-large', message }
  if (!RETRYABLE.has(response.status)) return { kind: 'refused', message }
  return { kind: 'retry', afterMs: retryAfterMs(response.headers.get('retry-after')), message }
}

/** `partialSuccess` of OTLP, `rejected` of our own addresses. */
function rejectionsIn(text: string): { rejected: number; message: string } {
  const body = parsed(text)
  if (!isRecord(body)) return { rejected: 0, message: '' }
  const partial = body['partialSuccess']
  if (isRecord(partial)) {
    return { rejected: numberAt(partial, 'rejectedSpans') ?? 0, message: textAt(partial, 'errorMessage') ?? '' }
  }
  const rejected: unknown[] = Array.isArray(body['rejected']) ? body['rejected'] : []
  const [first] = rejected
  return { rejected: rejected.length, message: isRecord(first) ? (textAt(first, 'error') ?? '') : '' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or an HTTP date. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = Number(value)
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - Date.now()
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined
}

/** `fetch` says only "fetch failed"; what failed is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message || error.cause.name}` : error.message
}
