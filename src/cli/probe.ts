import { probeJudge } from '../app/parts/probing.ts'
import { readSettings } from '../app/settings.ts'
import { ConfigError } from '../config/config-error.ts'
import { ChatEndpoint } from '../evaluation/judge/chat-endpoint.ts'
import { type EndpointConfig, endpointConfig } from '../evaluation/judge/config.ts'
import { GoldenSetError, readGoldenSet } from '../evaluation/probes/golden-set.ts'
import { type ItemResult, type ProbeJudge, type ProbeRun, runProbe, summaryOf } from '../evaluation/probes/probe-run.ts'
import { pricingSchema } from '../pricing/config.ts'
import { PriceTable } from '../pricing/price-table.ts'
import { RuleFilesError } from '../rules/rule-files.ts'
import { systemClock } from '../util/clock.ts'
import { CommandError } from './command-error.ts'
import { commandJudge } from './command-judge.ts'

export interface ProbeFlags {
  /** What stands before `/chat/completions`. */
  readonly endpoint: string
  readonly model: string
  readonly keyFile?: string
  /** Whose judge rates what judged checks ask for. */
  readonly config?: string
  /** 0-1. */
  readonly minAccuracy?: number
  readonly concurrency: number
  readonly timeout: string
  readonly format: 'text' | 'json'
}

/**
 * Asks the questions of a golden data set of an endpoint once, and prints what failed. Throws `CommandError` when the file or a flag cannot be
 * used, when nothing was answered, and after the report when the accuracy is below what is asked for.
 */
export async function probe(file: string, flags: ProbeFlags, write: (text: string) => void): Promise<void> {
  const judge = judgeOf(flags.config)
  const endpoint = new ChatEndpoint(endpointOf(flags), systemClock)
  const prices = new PriceTable(pricingSchema.parse({}))
  try {
    const run = await runProbe(itemsOf(file), {
      probe: file,
      endpoint,
      concurrency: flags.concurrency,
      clock: systemClock,
      costOf: (model, usage, atMs) => prices.costOfUsage('', model, usage, atMs),
      judge,
    })
    write(flags.format === 'json' ? `${JSON.stringify({ ...summaryOf(run), ...run }, null, 2)}\n` : reportOf(run))
    requireAccuracy(run, flags.minAccuracy)
  } finally {
    await endpoint.close()
  }
}

/** Undefined without a configuration: judged checks are then errors. */
function judgeOf(file: string | undefined): ProbeJudge | undefined {
  if (file === undefined) return undefined
  try {
    const settings = readSettings(file)
    const judge = commandJudge(settings)
    if (judge === undefined) throw new CommandError(`--config: ${file} has no section evaluation.judge`)
    return probeJudge(() => judge, settings.folder)
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RuleFilesError) throw new CommandError(error.message)
    throw error
  }
}

function requireAccuracy(run: ProbeRun, minAccuracy: number | undefined): void {
  const { accuracy } = summaryOf(run)
  if (accuracy === null) throw new CommandError(`nothing was answered: ${run.items[0]?.error ?? 'no items'}`)
  if (minAccuracy !== undefined && accuracy < minAccuracy)
    throw new CommandError(`accuracy ${accuracy.toFixed(3)} is below ${minAccuracy}`)
}

function reportOf(run: ProbeRun): string {
  const { passed, failed, errors, accuracy, interval, meanLatencyMs, costUsd } = summaryOf(run)
  const share = accuracy === null ? '–' : `${(100 * accuracy).toFixed(1)} %`
  const lines = [
    ...run.items.flatMap(itemLines),
    `${run.model}: ${passed} passed, ${failed} failed, ${errors} without an answer`,
    `accuracy ${share} (95 %: ${(100 * interval.lower).toFixed(1)}–${(100 * interval.upper).toFixed(1)} %)`,
    `mean latency ${meanLatencyMs === null ? '–' : `${meanLatencyMs.toFixed(0)} ms`}, cost ${costUsd === null ? 'unknown' : `$${costUsd}`}`,
  ]
  return `${lines.join('\n')}\n`
}

function itemLines({ id, outcome, failures, error }: ItemResult): string[] {
  if (outcome === 'error') return [`ERROR ${id}: ${error}`]
  return failures.map(({ type, expected, found }) => `FAILED ${id} (${type}): expected ${expected}, found ${found}`)
}

function endpointOf({ endpoint, model, keyFile, timeout }: ProbeFlags): EndpointConfig {
  const key = keyFile === undefined ? {} : { api_key_file: keyFile }
  const parsed = endpointConfig.safeParse({ url: endpoint, model, timeout, temperature: 0, ...key })
  if (parsed.success) return parsed.data
  throw new CommandError(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'))
}

function itemsOf(file: string): ReturnType<typeof readGoldenSet> {
  try {
    return readGoldenSet(file)
  } catch (error) {
    if (error instanceof GoldenSetError) throw new CommandError(error.message)
    throw error
  }
}
