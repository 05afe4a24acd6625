import { isRecord, type JsonRecord } from '../json-value.ts'

/** One event of a stream whose data is a JSON object, and when its last byte arrived. */
export interface TimedEvent {
  readonly timeMs: number
  readonly data: JsonRecord
}

/** A piece of a body as it came from the socket. */
export interface TimedChunk {
  readonly timeMs: number
  readonly bytes: Buffer
}

const NEWLINE = 0x0a

/**
 * The JSON events of a captured stream: server-sent events (`data:` lines, https://html.spec.whatwg.org/multipage/server-sent-events.html)
 * or JSON lines, which Ollama sends. Markers such as `[DONE]`, comments and broken tails are left out.
 */
export function readEvents(chunks: readonly TimedChunk[]): TimedEvent[] {
  const events: TimedEvent[] = []
  let rest: Buffer = Buffer.alloc(0)
  for (const { bytes, timeMs } of chunks) {
    const joined: Buffer = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = joined.lastIndexOf(NEWLINE) + 1
    for (const line of joined.subarray(0, end).toString('utf8').split('\n')) pushEvent(events, line, timeMs)
    rest = joined.subarray(end)
  }
  pushEvent(events, rest.toString('utf8'), chunks.at(-1)?.timeMs ?? 0)
  return events
}

function pushEvent(events: TimedEvent[], line: string, timeMs: number): void {
  const text = line.startsWith('data:') ? line.slice(5).trim() : line.trim()
  if (!text.startsWith('{')) return
  try {
    const data: unknown = JSON.parse(text)
    if (isRecord(data)) events.push({ timeMs, data })
  } catch {
    // The stream was cut in the middle of an event; what came before it still counts.
  }
}
