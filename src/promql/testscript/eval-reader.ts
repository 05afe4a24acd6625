import { parseDuration } from '../../model/duration.ts'
import { unquote } from '../parser/quote.ts'
import { ANY_MESSAGE, exactly, matching } from './expectation.ts'
import {
  type AnnotationExpectation,
  type EvalCommand,
  type EvalTimes,
  type ExpectedSeries,
  type Expectation,
  type PointGrid,
  ScriptError,
} from './script.ts'
import { parseSeriesDescription, signedNumber } from './series-description.ts'

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/
const EXPECT_GRID = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/
const EXPECT_STRING = /^expect string(?:\s(.*))?$/
const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*')$/

type Mode = 'ordered' | 'fail' | 'warn' | 'no_warn' | 'info' | 'no_info'

/** Reads an `eval` with its expectations; `length` is how many lines belong to it. Throws `ScriptError`. */
export function parseEval(block: readonly string[], line: number): { evaluation: EvalCommand; length: number } {
  const reader = new EvalReader(block, line)
  return { evaluation: reader.read(), length: reader.length }
}

/** Collects the lines of one `eval`. */
class EvalReader {
  /** Lines read so far. */
  length = 1
  readonly #block: readonly string[]
  readonly #line: number
  readonly #expectations = new Map<Mode, Expectation[]>()
  readonly #series = new Map<string, ExpectedSeries>()
  #grid: PointGrid | null = null
  #scalar: number | undefined
  #string: string | undefined
  #place = 0

  constructor(block: readonly string[], line: number) {
    this.#block = block
    this.#line = line
  }

  read(): EvalCommand {
    const { mode, times, expression } = this.#atLine(() => parseHead(this.#block[0] ?? ''))
    if (mode !== undefined) this.#expectations.set(mode, [ANY_MESSAGE])
    let more = true
    while (more && this.length < this.#block.length) {
      const text = this.#block[this.length] ?? ''
      this.length++
      more = this.#atLine(() => this.#expectationLine(text, times))
    }
    return {
      line: this.#line,
      expression,
      times: this.#instantOfGrid() ?? times,
      expected: this.#expected(times),
      ordered: this.#expectations.has('ordered'),
      failure: this.#expectations.get('fail')?.at(-1) ?? null,
      warnings: this.#annotations('warn', 'no_warn'),
      infos: this.#annotations('info', 'no_info'),
    }
  }

  /** An instant query that gives a range vector runs at the end of the expected grid. */
  #instantOfGrid(): EvalTimes | undefined {
    return this.#grid === null ? undefined : { kind: 'instant', atMs: this.#grid.endMs }
  }

  #expected(times: EvalTimes): EvalCommand['expected'] {
    if (this.#scalar !== undefined) return { kind: 'scalar', value: this.#scalar }
    if (this.#string !== undefined) return { kind: 'string', value: this.#string }
    const grid = times.kind === 'range' ? times : this.#grid
    return { kind: 'series', series: [...this.#series.values()], grid }
  }

  #annotations(wanted: 'warn' | 'info', unwanted: 'no_warn' | 'no_info'): AnnotationExpectation {
    const messages = this.#expectations.get(wanted)
    if (messages !== undefined) return { kind: 'some', messages }
    return this.#expectations.has(unwanted) ? { kind: 'none' } : { kind: 'any' }
  }

  /** Takes one line; gives false when it is the last of its command whatever follows. */
  #expectationLine(text: string, times: EvalTimes): boolean {
    if (this.#oldFailureLine(text)) return false
    if (text.startsWith('expect range vector')) {
      this.#grid = parseGrid(text)
      this.#place++
      return true
    }
    if (text.startsWith('expect string')) {
      this.#string = parseString(text)
      this.#place++
      return true
    }
    if (text.split(' ')[0] === 'expect') {
      this.#expect(text)
      return true
    }
    this.#place++
    this.#scalar = bareNumber(text)
    if (this.#scalar !== undefined) return false
    this.#expectSeries(text, times)
    return true
  }

  /** `expected_fail_message` and `expected_fail_regexp`, which `expect fail` has replaced. */
  #oldFailureLine(text: string): boolean {
    const match = this.#expectations.has('fail') ? /^expected_fail_(message|regexp)(.*)$/.exec(text) : null
    if (match === null) return false
    const wanted = (match[2] ?? '').trim()
    this.#expectations.set('fail', [match[1] === 'regexp' ? matching(wanted) : exactly(wanted)])
    return true
  }

  #expect(text: string): void {
    const match = EXPECT.exec(text)
    if (match === null) {
      throw new Error(
        'invalid expect line (allowed: expect ordered, fail, warn, no_warn, info, no_info, with msg: or regex: and a text; ' +
          'expect range vector from <time> to <time> step <duration>; expect string "...")',
      )
    }
    const mode = match[1] as Mode
    const wanted = (match[3] ?? '').trim()
    const expectation = match[2] === undefined ? ANY_MESSAGE : match[2] === 'msg' ? exactly(wanted) : matching(wanted)
    this.#expectations.set(mode, [...(this.#expectations.get(mode) ?? []), expectation])
    this.#refuseContradictions()
  }

  #refuseContradictions(): void {
    for (const mode of ['warn', 'info'] as const) {
      if (!this.#expectations.has(mode) || !this.#expectations.has(`no_${mode}`)) continue
      throw new Error(`expect ${mode} and expect no_${mode} cannot be used together`)
    }
    if ((this.#expectations.get('fail')?.length ?? 0) > 1) throw new Error('only one expect fail line is allowed')
  }

  #expectSeries(text: string, times: EvalTimes): void {
    const { labels, points } = parseSeriesDescription(text)
    if (points.length > 1 && times.kind === 'instant' && this.#grid === null) {
      throw new Error(
        'an instant query gives one value for each series (or say: expect range vector from ... to ... step ...)',
      )
    }
    this.#series.set(labels.key, { labels, points, place: this.#place })
  }

  #atLine<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw new ScriptError(this.#line + this.length - 1, error instanceof Error ? error.message : String(error))
    }
  }
}

function parseHead(text: string): { mode: Mode | undefined; times: EvalTimes; expression: string } {
  const instant = INSTANT.exec(text)
  if (instant !== null) {
    const [, mode, at = '', expression = ''] = instant
    return { mode: mode as Mode | undefined, times: { kind: 'instant', atMs: parseDuration(at) }, expression }
  }
  const range = RANGE.exec(text)
  if (range === null) {
    throw new Error(
      'invalid eval command (allowed: eval instant at <time> <query>, eval range from <time> to <time> step <duration> <query>)',
    )
  }
  const [, mode, from = '', to = '', step = '', expression = ''] = range
  return { mode: mode as Mode | undefined, times: { kind: 'range', ...gridOf(from, to, step) }, expression }
}

function parseGrid(text: string): PointGrid {
  const match = EXPECT_GRID.exec(text)
  if (match === null) {
    throw new Error('invalid range vector (allowed: expect range vector from <time> to <time> step <duration>)')
  }
  return gridOf(match[1] ?? '', match[2] ?? '', match[3] ?? '')
}

function gridOf(from: string, to: string, step: string): PointGrid {
  const grid = { startMs: parseDuration(from), endMs: parseDuration(to), stepMs: parseDuration(step) }
  if (grid.endMs < grid.startMs) throw new Error(`the end ${to} is before the start ${from}`)
  return grid
}

function parseString(text: string): string {
  const literal = EXPECT_STRING.exec(text)?.[1] ?? ''
  if (!QUOTED.test(literal)) throw new Error(`invalid expected string ${literal} (a quoted text is required)`)
  return unquote(literal)
}

/** A line that is a number and nothing else expects a scalar. */
function bareNumber(text: string): number | undefined {
  try {
    return signedNumber(text)
  } catch {
    return undefined
  }
}
