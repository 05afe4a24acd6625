import { queryEscape } from '../util/go-template/builtins.ts'
import { Suspension } from '../util/go-template/executor.ts'
import { any, type FunctionMap, list, type Parameter, string, textFunction } from '../util/go-template/function.ts'
import { GoDuration, GoTime } from '../util/go-template/go-time.ts'
import { TemplateSet } from '../util/go-template/template.ts'
import { mapGet, StringMap } from '../util/go-template/value.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  toFloat,
} from '../util/humanize.ts'
import { parseDuration } from '../model/duration.ts'
import type { Labels } from '../model/labels.ts'
import { matchesRe2, replaceAllRe2 } from '../util/re2-replace.ts'

/** What a template asks of the time series: an instant vector at the time of the evaluation. */
export type TemplateQuery = (query: string) => Promise<readonly TemplateSample[]>

/** One element of a query's result: `.Labels` and `.Value` in templates. */
export class TemplateSample {
  static readonly goType: string = '*template.sample'
  readonly Labels: StringMap
  readonly Value: number

  constructor(labels: Labels, value: number) {
    this.Labels = new StringMap(labels.entries())
    this.Value = value
  }
}

export interface TemplateContext {
  /** The alert's name; errors name the template `__alert_<name>`. */
  readonly alertName: string
  readonly labels: Labels
  readonly externalLabels: Labels
  readonly externalUrl: string
  readonly value: number
  readonly timeMs: number
  readonly query: TemplateQuery
}

/** Shorthands that stand before every text, so that users may write `$labels` and `$value`. */
const PREAMBLE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}'

/** What `.` is: a struct, so that a mistyped field is an error and not silently empty. */
class AlertTemplateData {
  readonly Labels: StringMap
  readonly ExternalLabels: StringMap
  readonly ExternalURL: string
  readonly Value: number

  constructor(context: TemplateContext) {
    this.Labels = new StringMap(context.labels.entries())
    this.ExternalLabels = new StringMap(context.externalLabels.entries())
    this.ExternalURL = context.externalUrl
    this.Value = context.value
  }
}

/** Is the text anything but itself? Most labels and many annotations are not, and need no work. */
export function isTemplate(text: string): boolean {
  return text.includes('{{')
}

/** Checks the syntax only. Throws `TemplateError`. */
export function checkTemplate(alertName: string, text: string): void {
  if (isTemplate(text)) BASE.with(`__alert_${alertName}`, PREAMBLE + text)
}

/**
 * Renders a label or annotation of an alert. Never fails: an error becomes the text, as in Prometheus, because an alert with
 * half a description is worth more than none. `onError` hears of it.
 */
export async function expandTemplate(
  text: string,
  context: TemplateContext,
  onError: (error: Error) => void,
): Promise<string> {
  if (!isTemplate(text)) return text
  try {
    return await expandOrThrow(text, context)
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error))
    onError(failure)
    return `<error expanding template: ${failure.message}>`
  }
}

/** Queries that one text may make. */
const MAX_QUERIES = 100

/** A template cannot wait for a query, so it is executed up to it, the answer is fetched, and it is executed again. */
async function expandOrThrow(text: string, context: TemplateContext): Promise<string> {
  const name = `__alert_${context.alertName}`
  const answers = new Map<string, readonly TemplateSample[]>()
  const set = located(`error parsing template ${name}`, () =>
    BASE.withFunctions(contextFunctions(context, answers)).with(name, PREAMBLE + text),
  )
  const data = new AlertTemplateData(context)
  for (let i = 0; i <= MAX_QUERIES; i++) {
    try {
      return set.execute(name, data)
    } catch (error) {
      if (!(error instanceof PendingQuery)) throw prefixed(`error executing template ${name}`, error)
      answers.set(error.query, await context.query(error.query))
    }
  }
  throw new Error(`error executing template ${name}: more than ${MAX_QUERIES} queries`)
}

function located<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw prefixed(what, error)
  }
}

function prefixed(what: string, error: unknown): Error {
  return new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}

class PendingQuery extends Suspension {
  readonly query: string
  constructor(query: string) {
    super(`the answer to ${query} is not there yet`)
    this.query = query
  }
}

const sample: Parameter = { goType: '*template.sample', fits: (value) => value instanceof TemplateSample }
const vector: Parameter = { ...list, goType: 'template.queryResult' }

/** Functions that depend on the alert and its time. */
function contextFunctions(
  context: TemplateContext,
  answers: ReadonlyMap<string, readonly TemplateSample[]>,
): FunctionMap {
  return {
    query: textFunction((query) => {
      const answer = answers.get(query)
      if (answer === undefined) throw new PendingQuery(query)
      return answer
    }),
    externalURL: { parameters: [], call: () => context.externalUrl },
    pathPrefix: { parameters: [], call: () => pathOf(context.externalUrl) },
    now: { parameters: [], call: () => context.timeMs / 1000 },
  }
}

/** Prometheus's template functions (https://prometheus.io/docs/prometheus/latest/configuration/template_reference/). */
const FUNCTIONS: FunctionMap = {
  query: textFunction(() => []),
  externalURL: { parameters: [], call: () => '' },
  pathPrefix: { parameters: [], call: () => '' },
  now: { parameters: [], call: () => 0 },
  first: { parameters: [vector], call: ([samples]) => first(samples as readonly TemplateSample[]) },
  label: {
    parameters: [string, sample],
    call: ([name, from]) => mapGet((from as TemplateSample).Labels, String(name)),
  },
  value: { parameters: [sample], call: ([from]) => (from as TemplateSample).Value },
  strvalue: { parameters: [sample], call: ([from]) => mapGet((from as TemplateSample).Labels, '__value__') },
  sortByLabel: {
    parameters: [string, vector],
    call: ([name, samples]) => sortByLabel(String(name), samples as readonly TemplateSample[]),
  },
  args: { parameters: [], variadic: any, call: (args) => Object.fromEntries(args.map((arg, i) => [`arg${i}`, arg])) },
  humanize: { parameters: [any], call: ([value]) => humanize(toFloat(value)) },
  humanize1024: { parameters: [any], call: ([value]) => humanize1024(toFloat(value)) },
  humanizeDuration: { parameters: [any], call: ([value]) => humanizeDuration(toFloat(value)) },
  humanizePercentage: { parameters: [any], call: ([value]) => humanizePercentage(toFloat(value)) },
  humanizeTimestamp: { parameters: [any], call: ([value]) => humanizeTimestamp(toFloat(value)) },
  toTime: { parameters: [any], call: ([value]) => toTime(toFloat(value)) },
  toDuration: { parameters: [any], call: ([value]) => new GoDuration(toFloat(value) * 1000) },
  parseDuration: textFunction(
    (text) => (text.startsWith('-') ? -parseDuration(text.slice(1)) : parseDuration(text)) / 1000,
  ),
  title: textFunction((text) =>
    text.replace(/(^|[^\p{L}\p{N}_'])(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  toUpper: textFunction((text) => text.toUpperCase()),
  toLower: textFunction((text) => text.toLowerCase()),
  match: { parameters: [string, string], call: ([pattern, text]) => matchesRe2(String(pattern), String(text)) },
  reReplaceAll: {
    parameters: [string, string, string],
    call: ([pattern, replacement, text]) => replaceAllRe2(String(pattern), String(replacement), String(text)),
  },
  graphLink: textFunction((expr) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=0`),
  tableLink: textFunction((expr) => tableLink(expr)),
  stripPort: textFunction((address) => splitHostPort(address)?.host ?? address),
  stripDomain: textFunction(stripDomain),
  safeHtml: textFunction((text) => text),
  urlQueryEscape: textFunction(queryEscape),
}

/** Where the expression is shown as a table; the `generatorURL` of alerts. */
export function tableLink(expr: string): string {
  return `/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`
}

function first(samples: readonly TemplateSample[]): TemplateSample {
  const [found] = samples
  if (found === undefined) throw new Error('first() called on vector with no elements')
  return found
}

function sortByLabel(name: string, samples: readonly TemplateSample[]): readonly TemplateSample[] {
  const key = (item: TemplateSample): Buffer => Buffer.from(item.Labels.get(name) ?? '')
  return samples.toSorted((a, b) => Buffer.compare(key(a), key(b)))
}

function toTime(seconds: number): GoTime {
  if (!Number.isFinite(seconds)) throw new Error('value is NaN or Inf')
  return new GoTime(Math.floor(seconds * 1000))
}

interface HostPort {
  readonly host: string
  readonly port: string
}

/** As Go's `net.SplitHostPort`: undefined when there is no port, or more colons than a bare IPv6 address allows. */
function splitHostPort(address: string): HostPort | undefined {
  const bracketed = /^\[([^\]]*)\]:([^:]*)$/.exec(address)
  const plain = /^([^:[\]]*):([^:]*)$/.exec(address)
  const match = bracketed ?? plain
  return match === null ? undefined : { host: match[1] ?? '', port: match[2] ?? '' }
}

function stripDomain(address: string): string {
  const split = splitHostPort(address) ?? { host: address, port: '' }
  if (isIpAddress(split.host)) return address
  const host = split.host.split('.')[0] ?? ''
  return split.port === '' ? host : `${host}:${split.port}`
}

function isIpAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || (host.includes(':') && /^[0-9a-fA-F:.]+$/.test(host))
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : ''
}

const BASE = TemplateSet.create({ functions: FUNCTIONS, missingKey: 'zero' })
