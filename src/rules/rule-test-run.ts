import path from 'node:path'
import { formatDuration } from '../model/duration.ts'
import { compareLabels, compareText, Labels } from '../model/labels.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import type { QueryEngine } from '../promql/engine.ts'
import { parseMetric } from '../promql/parser/parser.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import { parseSeriesDescription, type SeriesDescription } from '../promql/testscript/series-description.ts'
import type { SampleStore } from '../storage/sample-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { systemClock } from '../util/clock.ts'
import { ALERT_NAME, AlertingRule } from './alerting-rule.ts'
import { queryVector } from './evaluation-context.ts'
import { loadRuleFiles } from './rule-files.ts'
import { RuleGroup, type RuleGroupOptions } from './rule-group.ts'
import { createRuleMetrics } from './rule-metrics.ts'
import { parseRuleTestFile, type RuleTest, type RuleTestFile } from './rule-test-file.ts'

const DEFAULT_INTERVAL_MS = 60_000

/** An empty store and an engine over it; each test gets its own. */
export interface RuleTestBench {
  readonly store: SampleStore
  readonly engine: QueryEngine
}

export interface RuleTestOptions {
  /** From where rule files are found. */
  readonly baseDir: string
  readonly syntax: ParserOptions
  readonly createBench: () => RuleTestBench
}

/**
 * Runs the unit tests of a file and gives what failed, in promtool's words; empty when all is as expected. Time is that of the tests:
 * nothing waits. Throws `RuleTestFileError` or `RuleFilesError` when there is nothing to run.
 */
export async function runRuleTests(content: string, options: RuleTestOptions): Promise<string[]> {
  const file = parseRuleTestFile(content)
  const failures: string[] = []
  for (const test of file.tests) failures.push(...(await runTest(test, file, options)))
  return failures
}

async function runTest(test: RuleTest, file: RuleTestFile, options: RuleTestOptions): Promise<string[]> {
  const bench = options.createBench()
  const context = groupOptions(test, file, bench, options)
  const groups = orderedGroups(file, options).map((definition) => {
    const group = new RuleGroup(definition, context, false)
    return group
  })
  const intervalMs = file.evaluation_interval ?? DEFAULT_INTERVAL_MS
  const input = new InputSeries(test, test.interval ?? intervalMs)
  const lastMs = Math.max(0, ...[...test.alert_rule_test, ...test.promql_expr_test].map(({ eval_time }) => eval_time))
  const failures: string[] = []
  for (let offsetMs = 0; offsetMs <= lastMs; offsetMs += intervalMs) {
    await input.writeUntil(offsetMs, bench.store)
    const broken = await evaluate(groups, test.start_timestamp + offsetMs, offsetMs)
    if (broken.length > 0) return [...failures, ...broken]
    const due = test.alert_rule_test.filter(
      ({ eval_time }) => eval_time >= offsetMs && eval_time < offsetMs + intervalMs,
    )
    failures.push(...due.flatMap((expected) => checkAlerts(expected, groups, test.name)))
  }
  await input.writeUntil(Infinity, bench.store)
  for (const expected of test.promql_expr_test) {
    failures.push(...(await checkExpression(expected, test, context, file.fuzzy_compare)))
  }
  return failures
}

function groupOptions(
  test: RuleTest,
  file: RuleTestFile,
  bench: RuleTestBench,
  options: RuleTestOptions,
): RuleGroupOptions {
  return {
    engine: bench.engine,
    reader: bench.store,
    writer: bench.store,
    syntax: options.syntax,
    sink: { send: () => undefined },
    clock: systemClock,
    logger: silentLogger,
    metrics: createRuleMetrics(new InstrumentRegistry()),
    resendDelayMs: 0,
    defaultIntervalMs: test.interval ?? file.evaluation_interval ?? DEFAULT_INTERVAL_MS,
    defaultQueryOffsetMs: 0,
    externalLabels: Labels.from(test.external_labels),
    externalUrl: test.external_url,
  }
}

/** Groups in the order that the file asks for, those it does not name last. */
function orderedGroups(file: RuleTestFile, { baseDir, syntax }: RuleTestOptions) {
  const rank = (name: string): number => {
    const index = file.group_eval_order.indexOf(name)
    return index === -1 ? file.group_eval_order.length : index
  }
  const patterns = file.rule_files.map((pattern) => path.resolve(baseDir, pattern))
  return loadRuleFiles(patterns, baseDir, syntax).sort((a, b) => rank(a.name) - rank(b.name))
}

/** The series of a test; each sample is written when its time has come, so that no rule sees the future. */
class InputSeries {
  readonly #series: readonly SeriesDescription[]
  readonly #intervalMs: number
  readonly #startMs: number
  #next = 0

  constructor(test: RuleTest, intervalMs: number) {
    this.#series = test.input_series.map(({ series, values }) => parseSeriesDescription(`${series} ${values}`))
    this.#intervalMs = intervalMs
    this.#startMs = test.start_timestamp
  }

  async writeUntil(offsetMs: number, store: SampleStore): Promise<void> {
    const batch = new SampleBatchBuilder()
    const length = Math.max(0, ...this.#series.map(({ points }) => points.length))
    for (; this.#next < length && this.#next * this.#intervalMs <= offsetMs; this.#next++) {
      for (const series of this.#series) this.#add(batch, series, this.#next)
    }
    if (batch.size > 0) await store.write(batch.build())
  }

  #add(batch: SampleBatchBuilder, { labels, points }: SeriesDescription, index: number): void {
    const point = points[index]
    const timeMs = this.#startMs + index * this.#intervalMs
    if (point?.kind === 'value') batch.add(labels, timeMs, point.value)
    if (point?.kind === 'stale') batch.addStale(labels, timeMs)
  }
}

async function evaluate(groups: readonly RuleGroup[], timeMs: number, offsetMs: number): Promise<string[]> {
  const broken: string[] = []
  for (const group of groups) {
    await group.evaluate(timeMs)
    const failed = group.rules.filter(({ lastError }) => lastError !== '')
    broken.push(
      ...failed.map(
        ({ rule, lastError }) =>
          `    rule: ${rule.definition.name}, time: ${formatDuration(offsetMs)}, err: ${lastError}`,
      ),
    )
  }
  return broken
}

// ALERTS

type AlertExpectation = RuleTest['alert_rule_test'][number]

interface ShownAlert {
  readonly labels: Labels
  readonly annotations: Labels
}

function checkAlerts(expected: AlertExpectation, groups: readonly RuleGroup[], testName: string): string[] {
  const { alertname, eval_time } = expected
  const wanted = expected.exp_alerts.map(({ exp_labels, exp_annotations }) => ({
    labels: Labels.from({ ...exp_labels, [ALERT_NAME]: alertname }),
    annotations: Labels.from(exp_annotations),
  }))
  const [exp, got] = [show(wanted), show(firingAlerts(groups, alertname))]
  if (exp === got) return []
  const name = testName === '' ? '' : `    name: ${testName},\n`
  return [
    `${name}    alertname: ${alertname}, time: ${formatDuration(eval_time)}, \n        exp:${exp}, \n        got:${got}`,
  ]
}

function firingAlerts(groups: readonly RuleGroup[], name: string): ShownAlert[] {
  const rules = groups.flatMap((group) => group.rules.map(({ rule }) => rule))
  return rules
    .filter((rule) => rule instanceof AlertingRule && rule.definition.name === name)
    .flatMap((rule) => (rule instanceof AlertingRule ? [...rule.alerts] : []))
    .filter(({ state }) => state === 'firing')
    .map(({ labels, annotations }) => ({ labels, annotations: Labels.from(annotations) }))
}

function show(alerts: readonly ShownAlert[]): string {
  if (alerts.length === 0) return '[]'
  const sorted = alerts.toSorted(
    (a, b) => compareLabels(a.labels, b.labels) || compareLabels(a.annotations, b.annotations),
  )
  const items = sorted.map(
    ({ labels, annotations }, i) =>
      `                ${i}:\n                  Labels:${labels.toString()}\n                  Annotations:${annotations.toString()}`,
  )
  return `[\n${items.join('\n')}\n            ]`
}

// EXPRESSIONS

type ExprExpectation = RuleTest['promql_expr_test'][number]

interface ShownSample {
  readonly labels: Labels
  readonly value: number
}

async function checkExpression(
  expected: ExprExpectation,
  test: RuleTest,
  context: RuleGroupOptions,
  fuzzy: boolean,
): Promise<string[]> {
  const where = `    expr: ${JSON.stringify(expected.expr)}, time: ${formatDuration(expected.eval_time)},`
  try {
    const time = {
      timeMs: test.start_timestamp + expected.eval_time,
      queryOffsetMs: 0,
      signal: new AbortController().signal,
    }
    const got = sortSamples(await queryVector(context, expected.expr, time))
    const exp = sortSamples(expected.exp_samples.map(readSample))
    if (sameSamples(exp, got, fuzzy)) return []
    return [`${where}\n        exp: ${showSamples(exp)}\n        got: ${showSamples(got)}`]
  } catch (error) {
    return [`${where} err: ${error instanceof Error ? error.message : String(error)}`]
  }
}

function readSample({ labels, value, histogram }: ExprExpectation['exp_samples'][number]): ShownSample {
  if (histogram !== '') throw new Error('native histograms are not supported in exp_samples')
  return { labels: labels === '' ? Labels.empty : parseMetric(labels), value: readValue(value) }
}

/** As YAML writes numbers: `.inf` and `.nan` too. */
function readValue(written: string): number {
  const special = /^([+-]?)\.(inf|nan)$/i.exec(written)
  if (special !== null) return special[2]?.toLowerCase() === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity
  const value = written === '' ? 0 : Number(written)
  if (Number.isNaN(value)) throw new Error(`not a number: ${JSON.stringify(written)}`)
  return value
}

function sortSamples(samples: readonly ShownSample[]): ShownSample[] {
  return samples.toSorted((a, b) => compareLabels(a.labels, b.labels) || compareText(a.labels.key, b.labels.key))
}

function sameSamples(exp: readonly ShownSample[], got: readonly ShownSample[], fuzzy: boolean): boolean {
  return (
    exp.length === got.length &&
    exp.every((sample, i) => {
      const other = got[i]
      return (
        other !== undefined && sample.labels.key === other.labels.key && sameValue(sample.value, other.value, fuzzy)
      )
    })
  )
}

/** `fuzzy_compare` forgives the last bit. */
function sameValue(a: number, b: number, fuzzy: boolean): boolean {
  if (a === b) return true
  return fuzzy && Math.abs(a - b) <= Math.abs(a) * Number.EPSILON
}

function showSamples(samples: readonly ShownSample[]): string {
  return samples.length === 0 ? 'nil' : samples.map(({ labels, value }) => `${labels.toString()} ${value}`).join(', ')
}
