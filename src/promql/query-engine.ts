import type { SampleReader } from '../storage/sample-store.ts'
import { systemClock, type Clock } from '../util/clock.ts'
import type { EngineOptions, QueryEngine, QueryOptions } from './engine.ts'
import { ExecutionError, ParseError } from './errors.ts'
import { Gate } from './execution/gate.ts'
import { gridBetween, singleTime, type Grid } from './execution/grid.ts'
import { MeasuringProbe, type OperatorReport } from './execution/measuring-probe.ts'
import { Pace } from './execution/pace.ts'
import { NO_PROBE, type Probe } from './execution/probe.ts'
import { executePlan } from './execution/execute-plan.ts'
import type { SecondThread } from './execution/second-thread/second-thread.ts'
import { parseExpr } from './parser/parser.ts'
import { planTree } from './plan/describe.ts'
import { isRangePlan, planQuery } from './plan/planner.ts'
import type { QueryTimes } from './plan/duration.ts'
import type { Plan } from './plan/node.ts'
import type { QueryResult } from './value.ts'

/** As stock Prometheus, with every feature that it keeps behind a flag left off but the harmless ones that add syntax. */
export const DEFAULT_ENGINE_OPTIONS: EngineOptions = {
  lookbackMs: 5 * 60_000,
  timeoutMs: 2 * 60_000,
  maxSamples: 50_000_000,
  maxPoints: 11_000,
  maxConcurrency: 20,
  defaultSubqueryStepMs: 60_000,
  features: {
    experimentalFunctions: true,
    durationExpressions: true,
    extendedRangeSelectors: true,
    binopFill: true,
    delayedNameRemoval: false,
    typeAndUnitLabels: false,
  },
}

/** Where the engine takes time from; tests hand in their own. */
export interface EngineTime {
  readonly clock: Clock
  /** Milliseconds with a fraction, from any origin: for measuring. */
  readonly now: () => number
}

const SYSTEM_TIME: EngineTime = { clock: systemClock, now: () => performance.now() }

/** What a query did, operator by operator. */
export interface QueryExplanation {
  /** The plan as text, a line a node. */
  readonly plan: string
  readonly operators: readonly OperatorReport[]
  readonly seriesTouched: number
  readonly samplesTouched: number
  readonly peakSamples: number
  readonly totalMs: number
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

/** A query engine that also tells how it computes a query. */
export interface ExplainingEngine extends QueryEngine {
  /** Runs the query, throws its result away and reports. A step of 0 stands for an instant query at `startMs`. Throws as `range` does. */
  explain(
    query: string,
    times: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    options?: QueryOptions,
  ): Promise<QueryExplanation>
}

/** Runs PromQL over a sample reader, on a second thread as well where there is one. */
export function createEngine(
  reader: SampleReader,
  options: EngineOptions = DEFAULT_ENGINE_OPTIONS,
  time: EngineTime = SYSTEM_TIME,
  secondThread?: SecondThread,
): ExplainingEngine {
  return new ColumnarEngine(reader, options, { time, secondThread })
}

interface Run {
  readonly query: string
  readonly plan: Plan
  readonly grid: Grid
  /** The result is a vector at one time and not a matrix of one step. */
  readonly instant: boolean
  readonly probe: Probe
}

/** Plans each query and evaluates all steps of one series at once, see `execution/`. */
class ColumnarEngine implements ExplainingEngine {
  readonly #reader: SampleReader
  readonly #options: EngineOptions
  readonly #time: EngineTime
  readonly #secondThread: SecondThread | undefined
  readonly #gate: Gate

  constructor(
    reader: SampleReader,
    options: EngineOptions,
    { time, secondThread }: { readonly time: EngineTime; readonly secondThread: SecondThread | undefined },
  ) {
    this.#reader = reader
    this.#options = options
    this.#time = time
    this.#secondThread = secondThread
    this.#gate = new Gate(options.maxConcurrency)
  }

  async instant(query: string, timeMs: number, options: QueryOptions = {}): Promise<QueryResult> {
    return this.#execute(this.#prepare(query, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, NO_PROBE), options)
  }

  async range(
    query: string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    return this.#execute(this.#prepare(query, { startMs, endMs, stepMs }, NO_PROBE), options)
  }

  async explain(query: string, times: QueryTimes, options: QueryOptions = {}): Promise<QueryExplanation> {
    const probe = new MeasuringProbe(this.#time.now)
    const start = this.#time.now()
    const run = this.#prepare(query, times, probe)
    const { stats, warnings, infos } = await this.#execute(run, options)
    return {
      plan: planTree(run.plan),
      operators: probe.reports(),
      ...stats,
      totalMs: this.#time.now() - start,
      warnings,
      infos,
    }
  }

  #prepare(query: string, times: QueryTimes, probe: Probe): Run {
    const { features, defaultSubqueryStepMs } = this.#options
    const plan = planQuery(parseExpr(query, features), { times, defaultSubqueryStepMs })
    if (times.stepMs === 0) {
      return { query, plan, grid: singleTime(times.startMs), instant: true, probe }
    }
    requireRangeType(plan)
    const grid = gridBetween(times.startMs, times.endMs, times.stepMs)
    this.#requireFewPoints(grid)
    return { query, plan, grid, instant: false, probe }
  }

  #requireFewPoints({ count }: Grid): void {
    const { maxPoints } = this.#options
    if (count - 1 <= maxPoints) return
    throw new ExecutionError(
      `exceeded maximum resolution of ${maxPoints.toLocaleString('en')} points per timeseries. ` +
        'Try decreasing the query resolution (?step=XX)',
    )
  }

  async #execute(run: Run, options: QueryOptions): Promise<QueryResult> {
    const timeoutMs = Math.min(options.timeoutMs ?? Infinity, this.#options.timeoutMs)
    const pace = new Pace({ ...this.#time, timeoutMs, signal: options.signal })
    const { maxSamples, features } = this.#options
    const lookbackMs = options.lookbackMs ?? this.#options.lookbackMs
    // The times of operators are those of one thread.
    const secondThread = run.probe === NO_PROBE ? this.#secondThread : undefined
    try {
      return await this.#gate.pass(pace, () =>
        executePlan(run, { reader: this.#reader, features, lookbackMs, maxSamples, pace, secondThread }),
      )
    } finally {
      pace.end()
    }
  }
}

/** Throws `ParseError` in Prometheus's words. */
function requireRangeType(plan: Plan): void {
  if (!isRangePlan(plan) && plan.kind !== 'string') return
  const found = plan.kind === 'string' ? 'string' : 'range vector'
  throw new ParseError(
    `invalid expression type "${found}" for range query, must be Scalar or instant Vector`,
    plan.position,
  )
}
