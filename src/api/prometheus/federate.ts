import type { FastifyInstance } from 'fastify'
import { compareText, type Labels, METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import { formatShort } from '../../promql/parser/number.ts'
import type { SampleReader, TimeRange } from '../../storage/sample-store.ts'
import type { Clock } from '../../util/clock.ts'
import { sorting } from '../../util/sorting.ts'
import { inTurns, nextTurn, type Steps } from '../../util/steps.ts'
import { BadDataError } from './envelope.ts'
import { parseSelector, selectsAll, type Parameters } from './parameters.ts'
import { parametersOf } from './route.ts'

export interface FederateRoutes {
  readonly samples: SampleReader
  readonly clock: Clock
  readonly lookbackMs: number
  /** Added to every series that has no such label. */
  externalLabels(): Labels
}

interface Newest {
  readonly labels: Labels
  readonly timestampMs: number
  readonly value: number
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const HINTS = { func: '', rangeMs: 0, stepMs: 0 }
/** A few milliseconds' work. */
const LINES_PER_STEP = 1_000

/** `/federate`: the newest sample of every series that `match[]` selects, in the text format, for another Prometheus to scrape. */
export function federateRoutes(app: FastifyInstance, routes: FederateRoutes): void {
  app.get('/federate', async (request, reply) => {
    try {
      const newest = await newestSamples(routes, selectorsOf(parametersOf(request)))
      return reply.type(CONTENT_TYPE).send(await inTurns(exposition(newest, routes.externalLabels())))
    } catch (error) {
      if (error instanceof BadDataError)
        return reply.code(400).type('text/plain; charset=utf-8').send(`${error.message}\n`)
      throw error
    }
  })
}

/** `{}` selects nothing here. */
function selectorsOf(parameters: Parameters): ReadonlyArray<readonly Matcher[]> {
  const selectors = parameters
    .getAll('match[]')
    .map((text) => parseSelector(text, (reason) => new BadDataError(reason)))
  return selectors.filter((matchers) => !selectsAll(matchers))
}

async function newestSamples(routes: FederateRoutes, selectors: ReadonlyArray<readonly Matcher[]>): Promise<Newest[]> {
  const nowMs = routes.clock.now()
  const range = { minMs: nowMs - routes.lookbackMs + 1, maxMs: nowMs }
  const found = new Map<string, Newest>()
  for (const matchers of selectors) {
    for await (const one of newestOf(routes.samples, matchers, range)) found.set(one.labels.key, one)
  }
  return inTurns(sorting([...found.values()], byName))
}

function byName(a: Newest, b: Newest): number {
  return compareText(a.labels.metricName, b.labels.metricName) || compareText(a.labels.key, b.labels.key)
}

async function* newestOf(
  samples: SampleReader,
  matchers: readonly Matcher[],
  range: TimeRange,
): AsyncGenerator<Newest, void, undefined> {
  for await (const block of samples.select(matchers, range, HINTS)) {
    for (const { labels, timestampsMs, values, stale } of block) {
      const last = values.length - 1
      if (last < 0 || stale?.[last] === 1) continue
      yield { labels, timestampMs: timestampsMs[last] ?? 0, value: values[last] ?? NaN }
    }
    await nextTurn()
  }
}

function* exposition(newest: readonly Newest[], external: Labels): Steps<string> {
  const lines: string[] = []
  let family: string | undefined
  for (const [i, { labels, timestampMs, value }] of newest.entries()) {
    if (i % LINES_PER_STEP === LINES_PER_STEP - 1) yield
    const name = labels.metricName
    // A series without a name cannot be written in the format.
    if (name === '') continue
    if (name !== family) lines.push(`# TYPE ${name} untyped`)
    family = name
    lines.push(`${name}${labelText(labels, external)} ${formatShort(value)} ${timestampMs}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** An empty `instance` tells the scraping side that this is none of its own. External labels stand last, as Prometheus puts them. */
function labelText(labels: Labels, external: Labels): string {
  const own = [...labels.entries()].filter(([name]) => name !== METRIC_NAME)
  const added = [...external.entries(), ...(external.has('instance') ? [] : [['instance', ''] as const])].filter(
    ([name]) => !labels.has(name),
  )
  const all = [...own, ...added].map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
  return all.length === 0 ? '' : `{${all.join(',')}}`
}

function escapeLabelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
