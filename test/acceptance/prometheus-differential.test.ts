import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PrometheusPeer, remoteWrite, startPrometheus, type WrittenSeries } from '../promql/prometheus-peer.ts'
import { hasProgram } from '../support/peer.ts'
import { Tetrascope } from '../support/tetrascope.ts'

const INTERVAL_MS = 15_000
const nowMs = Math.floor(Date.now() / 1000) * 1000
const now = nowMs / 1000

function series(labels: Record<string, string>, valueAt: (index: number) => number | 'stale'): WrittenSeries {
  const samples = Array.from({ length: 20 }, (_, i) => [nowMs - (20 - i) * INTERVAL_MS, valueAt(i)] as const)
  return { labels, samples }
}

const ODD_VALUES = [0.1, 1e-9, 1e22, NaN, Infinity, -Infinity, -0, 123456.789]

const DATA: readonly WrittenSeries[] = [
  series({ __name__: 'requests_total', job: 'a', instance: 'x:1', code: '200' }, (i) => i * 3),
  series({ __name__: 'requests_total', job: 'a', instance: 'x:1', code: '500' }, (i) => i),
  series({ __name__: 'requests_total', job: 'b', instance: 'y:1', code: '200' }, (i) => i * 7),
  series({ __name__: 'odd', job: 'b', text: 'a"b\\c\n<&>', instance: 'é:1' }, (i) => ODD_VALUES[i % 8] ?? 0),
  series({ __name__: 'gone', job: 'b' }, (i) => (i === 19 ? 'stale' : i)),
  series({ __name__: 'small', job: 'c' }, (i) => 0.00001234 + i),
]

const RANGE = `start=${now - 300}&end=${now}&step=17`
const OURS = 'match[]={job=~"a|b|c"}'

/** Requests, as path and form; each must get the same status and JSON from both. */
const REQUESTS: readonly string[] = [
  `query?query=requests_total{code="500"}&time=${now}`,
  `query?query=odd&time=${now}`,
  `query?query=small&time=${now}`,
  `query?query=gone&time=${now}`,
  `query?query=requests_total[1m]&time=${now + 0.5}`,
  `query?query=odd[5m]&time=${now - 7}`,
  `query?query=sort_desc(requests_total)&time=${now}`,
  `query?query=sum(requests_total)&time=${new Date(nowMs).toISOString()}`,
  `query?query=max by(job)(increase(requests_total[2m]))&time=${now}`,
  `query?query=vector(1)&time=${now}.1239`,
  'query?query=time()&time=1e3',
  'query?query=time()&time=2020-01-01T00:00:00Z',
  'query?query="text"&time=5',
  `query?query=requests_total&time=-1`,
  'query?query=sum(',
  'query?query=foo{',
  'query?query=rate(requests_total)',
  'query?query=1&time=abc',
  'query?query=1&timeout=x',
  'query?query=time()&time=2020-01-01',
  `query_range?query=requests_total&${RANGE}`,
  `query_range?query=odd&${RANGE}`,
  `query_range?query=1&${RANGE}`,
  `query_range?query=1&start=${now}&end=${now - 1}&step=1`,
  `query_range?query=1&start=1&end=2&step=0`,
  `query_range?query=1&start=1&end=2&step=-1`,
  `query_range?query=1&start=1&end=20000&step=1`,
  `query_range?query=1&start=1&end=2`,
  `query_range?query=1&start=x&end=2&step=1`,
  `query_range?query=1&start=1&end=&step=1`,
  `query_range?query=1&start=1&end=2&step=1x`,
  `query_range?query=1&start=1&end=2&step=1e300`,
  `series?${OURS}`,
  'series',
  'series?match[]={}',
  'series?match[]={job=""}',
  'series?match[]={__name__=~".*"}',
  'series?match[]=a{',
  `series?match[]=requests_total&match[]=odd&start=${now - 100}&end=${now}`,
  `series?match[]=requests_total&start=${now + 1000}&end=${now + 2000}`,
  `series?match[]=requests_total&start=${now}&end=${now - 2000}`,
  'series?match[]=requests_total&start=x',
  `labels?${OURS}`,
  'labels?match[]={',
  'labels?match[]={}',
  'labels?match[]=nothing',
  'labels?start=x',
  `label/job/values?${OURS}`,
  `label/__name__/values?${OURS}`,
  'label/text/values',
  'label/nope/values',
  'label/job/values?match[]=odd',
  'label/job/values?match[]={}',
  'label/job/values?start=x',
  'metadata?metric=nope',
  'metadata?limit=x',
  'metadata?limit=0',
  'targets/metadata?metric=nope',
  'targets/metadata?limit=x',
  'targets/metadata?match_target={',
  'query_exemplars?query=requests_total',
  'query_exemplars?query=sum(rate(requests_total[1m]))%2Bodd',
  `query_exemplars?query=requests_total&start=${nowMs}&end=${nowMs + 1000}`,
  'query_exemplars?query=requests_total&start=2&end=1',
  'query_exemplars?query=1',
  'query_exemplars?query=a&start=x',
  'rules',
  'rules?type=alert',
  'rules?type=x',
  'alerts',
  'status/walreplay',
  'format_query?query=sum(a)by(b)',
  'format_query?query=sum(',
]

/** What 3.x, whose API this is, answers otherwise than 2.42 does. */
const NEWER: ReadonlyArray<readonly [request: string, ours: unknown, why: string]> = [
  ['query', { error: /unknown position: parse error: no expression found/ }, '3.x has no position in an empty text'],
  ['label/in-valid/values', { status: 'success' }, 'since 3.0 any UTF-8 text is a label name'],
  ['targets?state=active', { data: { droppedTargetCounts: {} } }, 'came with 2.47'],
  [`query?query=requests_total&time=${now + 100}&lookback_delta=30s`, { data: { result: [] } }, 'came with 2.46'],
  [
    `query_range?query="a"&${RANGE}`,
    { error: /^invalid parameter "query": invalid expression type "string"/ },
    '3.x names the parameter',
  ],
  [
    `query?query=histogram_quantile(0.9,requests_total)&time=${now}`,
    { warnings: [/bucket label "le" is missing/] },
    'warnings came with 2.48',
  ],
  [
    `query?query=requests_total&time=${now}&limit=1`,
    { warnings: ['results truncated due to limit'] },
    'limit came with 3.0',
  ],
]

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function ask(url: string, request: string, method: 'GET' | 'POST'): Promise<Answer> {
  const [path = '', form = ''] = request.split('?', 2)
  const parameters = new URLSearchParams(form)
  const target = `${url}/api/v1/${path}`
  const response = await (method === 'GET'
    ? fetch(`${target}?${parameters.toString()}`)
    : fetch(target, { method: 'POST', body: parameters }))
  const text = await response.text()
  return { status: response.status, body: text === '' ? '' : JSON.parse(text) }
}

describe.skipIf(!hasProgram('prometheus'))('the HTTP API beside a real Prometheus 2.42 with the same samples', () => {
  let prometheus: PrometheusPeer
  let product: Tetrascope
  beforeAll(async () => {
    prometheus = await startPrometheus()
    product = await Tetrascope.start({ config: 'rules: { defaults: false }\nhost: { enabled: false }\n' })
    await remoteWrite(prometheus.url, DATA)
    await remoteWrite(product.url, DATA)
  })
  afterAll(async () => {
    await product.stop()
    await prometheus.stop()
  })

  test.each(REQUESTS)('%s', async (request) => {
    expect(await ask(product.url, request, 'GET')).toEqual(await ask(prometheus.url, request, 'GET'))
  })

  test.each(
    REQUESTS.filter((request) => /^(query|query_range|series|labels|query_exemplars|format_query)\?/.test(request)),
  )('as a form: %s', async (request) => {
    expect(await ask(product.url, request, 'POST')).toEqual(await ask(prometheus.url, request, 'POST'))
  })

  test.each(NEWER)('%s differs', async (request, ours) => {
    const { body } = await ask(product.url, request, 'GET')
    expect(body).toMatchObject(withPatterns(ours))
    expect(body).not.toEqual((await ask(prometheus.url, request, 'GET')).body)
  })

  test.each(['match[]=requests_total', 'match[]={job=~"a|b|c"}', '', 'match[]={', 'match[]={}'])(
    'federate?%s',
    async (form) => {
      const [ours, theirs] = await Promise.all(
        [product.url, prometheus.url].map(async (url) => {
          const response = await fetch(`${url}/federate?${new URLSearchParams(form).toString()}`)
          return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
        }),
      )
      expect(ours).toEqual(theirs)
    },
  )
})

/** Regular expressions as matchers of texts. */
function withPatterns(value: unknown): object {
  const walk = (item: unknown): unknown => {
    if (item instanceof RegExp) return expect.stringMatching(item)
    if (Array.isArray(item)) return item.map(walk)
    if (typeof item !== 'object' || item === null) return item
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, walk(inner)]))
  }
  return Object(walk(value))
}
