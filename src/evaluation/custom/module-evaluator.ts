import { pathToFileURL } from 'node:url'
import { createContext, Script } from 'node:vm'
import { z } from 'zod'
import type { Clock } from '../../util/clock.ts'
import type { EvaluationInput, Evaluator } from '../evaluator.ts'
import type { ModuleConfig } from './config.ts'

/** Timeouts in a row after which a module is left out for a while, so that it does not slow down the others. */
const MAX_TIMEOUTS = 3
const PAUSE_MS = 300_000

/** A user's module does not work; costs its own scores and nothing else. */
export class ModuleEvaluatorError extends Error {
  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options)
    this.name = 'ModuleEvaluatorError'
  }
}

const score = z.object({
  score: z.number().min(0).max(1),
  verdict: z.enum(['ok', 'flagged']),
  label: z.string().exactOptional(),
  explanation: z.string().default(''),
  spans: z
    .array(
      z.object({
        field: z.enum(['prompt', 'response', 'context']),
        start: z.int().min(0),
        end: z.int().min(0),
        label: z.string(),
      }),
    )
    .exactOptional(),
})

type Evaluate = (input: EvaluationInput) => unknown

/**
 * Imports a module whose default export is `{evaluate(input)}`, synchronous, giving a score or undefined. Its code is trusted like the
 * configuration that names it; what is guarded against is its failing. Rejects with `ModuleEvaluatorError`.
 */
export async function loadModuleEvaluator(config: ModuleConfig, clock: Pick<Clock, 'now'>): Promise<Evaluator> {
  const { name, version, direction, path: file } = config
  const evaluate = await importEvaluate(file, clock.now())
  const guarded = guard(evaluate, config, clock)
  return { name, version, direction, costClass: 'moderate', languages: ['any'], evaluate: guarded }
}

/** Node keeps what it has imported under its address for good; another address is read anew, so that a reload takes up a changed file. */
async function importEvaluate(file: string, nowMs: number): Promise<Evaluate> {
  let exported: unknown
  try {
    const module = (await import(`${pathToFileURL(file).href}?loaded=${nowMs}`)) as { readonly default?: unknown }
    exported = module.default
  } catch (error) {
    throw new ModuleEvaluatorError(
      file,
      `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  const evaluate: unknown =
    typeof exported === 'object' && exported !== null ? Reflect.get(exported, 'evaluate') : undefined
  if (typeof evaluate !== 'function')
    throw new ModuleEvaluatorError(file, 'the default export must be an object with a function evaluate(input)')
  return (input) => Reflect.apply(evaluate, exported, [input]) as unknown
}

/** Calls through `vm`, whose watchdog breaks off also a loop without an end. */
function guard(
  evaluate: Evaluate,
  { path: file, timeout: timeoutMs }: ModuleConfig,
  clock: Pick<Clock, 'now'>,
): Evaluator['evaluate'] {
  const script = new Script('call()')
  // A context takes a millisecond to make, so that all calls share one.
  const globals: { call: () => unknown } = { call: () => undefined }
  const context = createContext(globals)
  let timeouts = 0
  let pausedUntilMs = 0
  return (input) => {
    if (clock.now() < pausedUntilMs) throw new ModuleEvaluatorError(file, 'left out for five minutes after timeouts')
    let result: unknown
    try {
      globals.call = () => evaluate(input)
      result = script.runInContext(context, { timeout: timeoutMs })
      timeouts = 0
    } catch (error) {
      if (!isTimeout(error)) throw error
      if (++timeouts >= MAX_TIMEOUTS) [timeouts, pausedUntilMs] = [0, clock.now() + PAUSE_MS]
      throw new ModuleEvaluatorError(file, `took longer than ${timeoutMs} ms`, { cause: error })
    }
    if (result === undefined || result === null) return undefined
    return readScore(result, file)
  }
}

function readScore(result: unknown, file: string): ReturnType<Evaluator['evaluate']> {
  const parsed = score.safeParse(result)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const what =
    result instanceof Promise ? 'a promise' : `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no score'}`
  throw new ModuleEvaluatorError(file, `evaluate(input) must give {score 0-1, verdict, explanation}, found ${what}`)
}

/** By its code: the error comes out of another context, whose `Error` is another one. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
