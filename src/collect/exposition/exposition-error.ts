const MAX_QUOTED = 200

/** A body that is not in its format. The message names line, reason and the text of the line. */
export class ExpositionError extends Error {
  /** Counted from 1. */
  readonly line: number
  readonly reason: string
  /** The line as found, cut to 200 characters. */
  readonly text: string
  /** How many samples stood before the faulty line. */
  readonly samplesBefore: number

  constructor(at: { readonly line: number; readonly text: string; readonly samplesBefore?: number }, reason: string) {
    const text = at.text.slice(0, MAX_QUOTED)
    super(`line ${at.line}: ${reason} while parsing: ${JSON.stringify(text)}`)
    this.name = 'ExpositionError'
    this.line = at.line
    this.reason = reason
    this.text = text
    this.samplesBefore = at.samplesBefore ?? 0
  }
}

/** What is wrong inside one line, before it is known which line of which body that is. */
export class LineError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'LineError'
  }
}

/** Number (from 1) and text of the line that holds byte `at`. */
export function lineAt(body: Buffer, at: number): { readonly line: number; readonly text: string } {
  let line = 1
  let start = 0
  for (let i = body.indexOf(10); i !== -1 && i < at; i = body.indexOf(10, i + 1)) {
    line++
    start = i + 1
  }
  const end = body.indexOf(10, start)
  return { line, text: body.toString('utf8', start, end === -1 ? body.length : end) }
}
