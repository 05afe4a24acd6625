import type { SampleReader } from '../../storage/sample-store.ts'
import type { EngineOptions, QueryEngine } from '../engine.ts'
import type { Expr } from '../parser/ast.ts'
import { parseExpr } from '../parser/parser.ts'
import { selectorsOf } from '../parser/selectors-of.ts'
import type { ParserOptions } from '../parser/parser-options.ts'
import type { InstantSample, QueryResult, QueryValue } from '../value.ts'
import { checkAnnotations } from './annotation-check.ts'
import { atModifierCases, type InstantCase } from './at-modifier-cases.ts'
import { compareResult, type Mismatch, matrixOrder } from './comparison.ts'
import { readTestScript } from './reader.ts'
import type { EvalCommand, PointGrid } from './script.ts'
import { ScriptStore } from './script-store.ts'

/** What became of one `eval`. */
export interface EvalReport {
  readonly line: number
  readonly expression: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What was expected and what came instead, when it failed; '' otherwise. */
  readonly expected: string
  readonly got: string
  /** Why it was skipped; '' otherwise. */
  readonly skippedReason: string
}

export interface TestScriptReport {
  readonly evals: readonly EvalReport[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface TestScriptOptions {
  /** Makes the engine under test over what the script loads. */
  readonly createEngine: (reader: SampleReader) => QueryEngine
}

/** The options of the engine that Prometheus runs its scripts with: everything experimental is on. */
export const SCRIPT_ENGINE_OPTIONS: EngineOptions = {
  lookbackMs: 5 * 60_000,
  timeoutMs: 100_000,
  maxSamples: 50_000_000,
  maxPoints: 11_000,
  maxConcurrency: 20,
  defaultSubqueryStepMs: 60_000,
  features: {
    experimentalFunctions: true,
    durationExpressions: true,
    extendedRangeSelectors: true,
    binopFill: true,
    delayedNameRemoval: true,
    typeAndUnitLabels: false,
  },
}

const PARSER_OPTIONS: ParserOptions = SCRIPT_ENGINE_OPTIONS.features

/** Queries that ask for the times of the query itself give something else as a range query. */
const ASKS_FOR_QUERY_TIMES = /(start|end|range|step)\(\)/

const MINUTE_MS = 60_000

/**
 * Runs a script of Prometheus's PromQL test language the way Prometheus does: each instant query also at other times with its own time
 * fixed by `@`, and each of these as the middle step of a range query. Evals that need native histograms are skipped and counted
 * apart. A failed eval does not stop the script. Throws `ScriptError` when the text is not a script.
 */
export async function runTestScript(text: string, options: TestScriptOptions): Promise<TestScriptReport> {
  const commands = readTestScript(text)
  const store = new ScriptStore()
  const engine = options.createEngine(store)
  const evals: EvalReport[] = []
  for (const command of commands) {
    switch (command.kind) {
      case 'clear':
        store.clear()
        break
      case 'load':
        store.load(command.load)
        break
      case 'eval':
        evals.push(await runEval(command.evaluation, engine, store))
    }
  }
  const count = (outcome: EvalReport['outcome']) => evals.filter((report) => report.outcome === outcome).length
  return { evals, passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

async function runEval(evaluation: EvalCommand, engine: QueryEngine, store: ScriptStore): Promise<EvalReport> {
  const { line, expression } = evaluation
  const report = { line, expression, expected: '', got: '', skippedReason: '' }
  try {
    const expr = parseExpr(expression, PARSER_OPTIONS)
    if (needsNativeHistograms(evaluation, expr, store)) {
      return { ...report, outcome: 'skipped', skippedReason: 'native histograms' }
    }
    const mismatch = await new EvalRun(evaluation, engine).run(expr)
    return mismatch === undefined ? { ...report, outcome: 'passed' } : { ...report, outcome: 'failed', ...mismatch }
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    return { ...report, outcome: 'failed', expected: 'a result', got }
  }
}

function needsNativeHistograms({ expected }: EvalCommand, expr: Expr, store: ScriptStore): boolean {
  const isHistogram = expected.kind === 'series' && expected.series.some(({ points }) => points.some(isHistogramPoint))
  return isHistogram || selectorsOf(expr).some(({ matchers }) => store.matchesNativeHistogram(matchers))
}

function isHistogramPoint({ kind }: { readonly kind: string }): boolean {
  return kind === 'histogram'
}

/** The runs of one `eval`. Each method gives the first mismatch. */
class EvalRun {
  readonly #evaluation: EvalCommand
  readonly #engine: QueryEngine

  constructor(evaluation: EvalCommand, engine: QueryEngine) {
    this.#evaluation = evaluation
    this.#engine = engine
  }

  async run(expr: Expr): Promise<Mismatch | undefined> {
    const { times, expression } = this.#evaluation
    if (times.kind === 'range') return this.#rangeQuery(times)
    const cases = [{ query: expression, atMs: times.atMs }, ...atModifierCases(expr, times.atMs)]
    for (const [i, instant] of cases.entries()) {
      const mismatch = await this.#instantQuery(instant)
      if (mismatch !== undefined) return i === 0 ? mismatch : inRun(mismatch, instant)
    }
    return undefined
  }

  async #rangeQuery({ startMs, endMs, stepMs }: PointGrid): Promise<Mismatch | undefined> {
    const result = await this.#attempt(() => this.#engine.range(this.#evaluation.expression, startMs, endMs, stepMs))
    return 'value' in result ? this.#judge(result) : this.#judgeFailure(result)
  }

  async #instantQuery(instant: InstantCase): Promise<Mismatch | undefined> {
    const result = await this.#attempt(() => this.#engine.instant(instant.query, instant.atMs))
    if (!('value' in result)) return this.#judgeFailure(result)
    return this.#judge(result) ?? (await this.#asRange(instant, result.value))
  }

  async #attempt(query: () => Promise<QueryResult>): Promise<QueryResult | Error> {
    try {
      return await query()
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  #judgeFailure({ message }: Error): Mismatch | undefined {
    const { failure } = this.#evaluation
    if (failure?.matches(message) === true) return undefined
    return {
      expected: failure === null ? 'a result' : `the error ${failure.text}`,
      got: `the error ${JSON.stringify(message)}`,
    }
  }

  #judge(result: QueryResult): Mismatch | undefined {
    const { failure } = this.#evaluation
    if (failure !== null) return { expected: `the error ${failure.text}`, got: 'a result' }
    return checkAnnotations(this.#evaluation, result) ?? compareResult(this.#evaluation, result.value)
  }

  /** The same query as the middle step of a range query. Results that a range query orders anew, or cannot give, are left out. */
  async #asRange({ query, atMs }: InstantCase, instantValue: QueryValue): Promise<Mismatch | undefined> {
    if (!this.#hasRangeForm(query)) return undefined
    const result = await this.#attempt(() => {
      return this.#engine.range(query, atMs - MINUTE_MS, atMs + MINUTE_MS, MINUTE_MS)
    })
    const where = (mismatch: Mismatch | undefined) => {
      return mismatch && { ...mismatch, got: `${mismatch.got} (as the middle step of a range query)` }
    }
    if (!('value' in result)) return where({ expected: 'a result', got: `the error ${JSON.stringify(result.message)}` })
    if (this.#evaluation.ordered) return undefined
    return where(this.#compareMiddle(result.value, atMs, instantValue))
  }

  #hasRangeForm(query: string): boolean {
    const { expected } = this.#evaluation
    if (expected.kind === 'string' || (expected.kind === 'series' && expected.grid !== null)) return false
    return !ASKS_FOR_QUERY_TIMES.test(query)
  }

  #compareMiddle(range: QueryValue, atMs: number, instantValue: QueryValue): Mismatch | undefined {
    if (range.type !== 'matrix') return { expected: 'a matrix', got: `a ${range.type}` }
    const samples = range.series.flatMap((series) => sampleAt(series, atMs))
    const value: QueryValue =
      instantValue.type === 'scalar'
        ? { type: 'scalar', timestampMs: atMs, value: samples[0]?.value ?? NaN }
        : { type: 'vector', samples }
    return matrixOrder(range.series) ?? compareResult(this.#evaluation, value)
  }
}

function sampleAt({ labels, timestampsMs, values, histograms }: MatrixSeries, atMs: number): InstantSample[] {
  const index = timestampsMs.indexOf(atMs)
  if (index === -1) return []
  return [{ labels, timestampMs: atMs, value: values[index] ?? NaN, histogram: histograms?.get(index) ?? null }]
}

type MatrixSeries = Extract<QueryValue, { type: 'matrix' }>['series'][number]

function inRun({ expected, got }: Mismatch, { query, atMs }: InstantCase): Mismatch {
  return { expected, got: `${got} (for ${query} at ${atMs / 1000}s, which must give the same)` }
}
