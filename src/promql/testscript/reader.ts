import { parseDuration } from '../../model/duration.ts'
import { parseEval } from './eval-reader.ts'
import { type LoadCommand, type LoadedSeries, type ScriptCommand, ScriptError } from './script.ts'
import { parseSeriesDescription } from './series-description.ts'
import { parseStartTimes } from './start-times.ts'

const LOAD = /^load(?:_(with_nhcb))?\s+(.+?)$/i
const START_TIMES = /^(\S+)@st\s+(.*)$/

/**
 * Reads a script of Prometheus's PromQL test language (`load`, `clear`, `eval` with `expect`). A command ends at a blank line, and a
 * comment line counts as blank. Throws `ScriptError`.
 */
export function readTestScript(text: string): ScriptCommand[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/^#.*/, ''))
  const commands: ScriptCommand[] = []
  for (let next = 0; next < lines.length; ) {
    if (lines[next] === '') next++
    else next = readCommand(lines, next, commands)
  }
  return commands
}

/** Reads the command that begins at a line; gives the first line after it. */
function readCommand(lines: readonly string[], first: number, commands: ScriptCommand[]): number {
  const word = (lines[first] ?? '').split(/[\t ]+/)[0]?.toLowerCase() ?? ''
  if (word === 'clear') {
    commands.push({ kind: 'clear' })
    return first + 1
  }
  const block = blockAt(lines, first)
  if (word.startsWith('load')) {
    commands.push({ kind: 'load', load: parseLoad(block, first + 1) })
    return first + block.length
  }
  if (word.startsWith('eval')) {
    const { evaluation, length } = parseEval(block, first + 1)
    commands.push({ kind: 'eval', evaluation })
    return first + length
  }
  throw new ScriptError(first + 1, `invalid command ${JSON.stringify(lines[first])} (allowed: load, clear, eval)`)
}

/** The lines up to the next blank one. */
function blockAt(lines: readonly string[], first: number): readonly string[] {
  const end = lines.indexOf('', first)
  return lines.slice(first, end === -1 ? undefined : end)
}

function parseLoad(block: readonly string[], line: number): LoadCommand {
  const match = LOAD.exec(block[0] ?? '')
  if (match === null) throw new ScriptError(line, 'invalid load command (allowed: load[_with_nhcb] <step>)')
  const [, withNhcb, step = ''] = match
  const stepMs = at(line, () => parseDuration(step))
  return { stepMs, series: parseLoadedSeries(block, line), withCustomBuckets: withNhcb !== undefined }
}

function parseLoadedSeries(block: readonly string[], firstLine: number): LoadedSeries[] {
  // Of a series given twice in one load, the last line counts.
  const series = new Map<string, LoadedSeries>()
  for (let i = 1; i < block.length; i++) {
    const line = firstLine + i
    const startTimes = START_TIMES.exec(block[i] ?? '')
    if (startTimes !== null) i++
    const loaded = at(line, () => loadedSeries(block[i], startTimes))
    series.set(loaded.labels.key, loaded)
  }
  return [...series.values()]
}

/** A line of values, with the line of start times before it if there is one. */
function loadedSeries(values: string | undefined, startTimes: RegExpExecArray | null): LoadedSeries {
  if (values === undefined) throw new Error('a @st line must be followed by a line of values of the same series')
  const { labels, points } = parseSeriesDescription(values)
  if (startTimes === null) return { labels, points, startOffsetsMs: null }
  const [, series = '', offsets = ''] = startTimes
  const startOffsetsMs = parseStartTimes(offsets)
  if (parseSeriesDescription(series).labels.key !== labels.key) {
    throw new Error(`the @st line is of ${series}, the line after it of ${labels.toString()}`)
  }
  if (startOffsetsMs.length !== points.length) {
    throw new Error(`the @st line has ${startOffsetsMs.length} values, the line after it ${points.length}`)
  }
  return { labels, points, startOffsetsMs }
}

/** Names the line in whatever is wrong with it. */
function at<T>(line: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ScriptError(line, error instanceof Error ? error.message : String(error))
  }
}
