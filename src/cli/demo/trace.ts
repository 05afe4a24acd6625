import { readFileSync } from 'node:fs'

/** One call of the trace: when it arrived after the first one, and how long it was. */
export interface Arrival {
  readonly offsetMs: number
  readonly contextTokens: number
  readonly generatedTokens: number
}

/**
 * Reads a trace in the form of the Azure LLM inference traces: `TIMESTAMP,ContextTokens,GeneratedTokens`.
 * Throws with the line number when a line is something else.
 */
export function readTrace(file: string): Arrival[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  if (!/^TIMESTAMP,ContextTokens,GeneratedTokens$/i.test(header)) {
    throw new Error(
      `${file}:1: expected the header TIMESTAMP,ContextTokens,GeneratedTokens, found ${JSON.stringify(header.slice(0, 80))}`,
    )
  }
  const rows = lines.map((line, i) => parseRow(line, `${file}:${i + 2}`))
  const first = rows[0]?.offsetMs ?? 0
  return rows.map((row) => ({ ...row, offsetMs: row.offsetMs - first }))
}

function parseRow(line: string, where: string): Arrival {
  const [timestamp = '', context = '', generated = ''] = line.split(',')
  // The fraction has seven digits; Date.parse knows three.
  const offsetMs = Date.parse(`${timestamp.replace(' ', 'T').replace(/(\.\d{3})\d*$/, '$1')}Z`)
  const row = { offsetMs, contextTokens: Number(context), generatedTokens: Number(generated) }
  if (Object.values(row).some(Number.isNaN))
    throw new Error(`${where}: expected a time and two numbers, found ${JSON.stringify(line.slice(0, 80))}`)
  return row
}

export interface Schedule {
  /** Milliseconds to wait before the call, and its sizes. */
  readonly waitMs: number
  readonly arrival: Arrival
}

/** The trace over and over with its own gaps, capped so that a quiet stretch does not look like an outage. */
export function* schedule(trace: readonly Arrival[], maxGapMs: number): Generator<Schedule, never> {
  if (trace.length === 0) throw new Error('the trace is empty')
  for (;;) {
    let previousMs = 0
    for (const arrival of trace) {
      yield { waitMs: Math.min(maxGapMs, Math.max(0, arrival.offsetMs - previousMs)), arrival }
      previousMs = arrival.offsetMs
    }
  }
}
