import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { PrometheusDriver } from 'prometheus-query'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PrometheusPeer, remoteWrite, startPrometheus, type WrittenSeries } from '../promql/prometheus-peer.ts'
import { freePort, hasProgram, type Peer, startPeer } from '../support/peer.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const run = promisify(execFile)
const QUIET = 'rules: { defaults: false }\nhost: { enabled: false }\n'
const INTERVAL_MS = 15_000
const nowMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS
const now = nowMs / 1000

function counter(name: string, labels: Record<string, string>, step: number): WrittenSeries {
  const samples = Array.from({ length: 20 }, (_, i) => [nowMs - (19 - i) * INTERVAL_MS, i * step] as const)
  return { labels: { __name__: name, ...labels }, samples }
}

const DATA = [
  counter('requests_total', { job: 'a', code: '200' }, 3),
  counter('requests_total', { job: 'a', code: '500' }, 1),
  counter('requests_total', { job: 'b', code: '200' }, 7),
]

interface Envelope<T> {
  readonly status: 'success' | 'error'
  readonly data: T
  readonly errorType?: string
  readonly error?: string
}

interface SeriesExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: ReadonlyArray<{ readonly labels: Readonly<Record<string, string>>; readonly value: string }>
}

describe.skipIf(!hasProgram('promtool') || !hasProgram('prometheus'))("promtool of Debian's Prometheus", () => {
  let prometheus: PrometheusPeer
  let product: Tetrascope
  beforeAll(async () => {
    prometheus = await startPrometheus()
    product = await Tetrascope.start({ config: QUIET })
    await remoteWrite(prometheus.url, DATA)
    await remoteWrite(product.url, DATA)
  })
  afterAll(async () => {
    await product.stop()
    await prometheus.stop()
  })

  test.each([
    ['query', 'instant', `--time=${now}`, 'URL', 'requests_total{code="500"}'],
    ['query', 'instant', `--time=${now}`, 'URL', 'sort(sum by (job) (requests_total))'],
    ['query', 'instant', `--time=${now}`, 'URL', 'requests_total{code="500"}[59s]'],
    ['query', 'instant', '-o', 'json', `--time=${now}`, 'URL', 'sum(requests_total)'],
    ['query', 'range', `--start=${now - 200}`, `--end=${now}`, '--step=30s', 'URL', 'requests_total'],
    ['query', 'series', '--match=requests_total', 'URL'],
    ['query', 'series', '--match=requests_total', `--start=${now - 100}`, `--end=${now}`, 'URL'],
    ['query', 'labels', 'URL', 'code'],
  ])('%s %s', async (...args) => {
    const answers = await Promise.all(
      [product.url, prometheus.url].map(async (url) => {
        const { stdout } = await run(
          'promtool',
          args.map((arg) => (arg === 'URL' ? url : arg)),
        )
        return stdout
      }),
    )
    expect(answers[0]).toBe(answers[1])
    expect(answers[0]).not.toBe('')
  })

  test('is told what is wrong with a query', async () => {
    await expect(run('promtool', ['query', 'instant', product.url, 'sum('])).rejects.toMatchObject({
      stderr: expect.stringContaining('invalid parameter "query": 1:5: parse error: unclosed left parenthesis'),
    })
  })
})

describe('the prometheus-query client', () => {
  let product: Tetrascope
  let driver: PrometheusDriver
  beforeAll(async () => {
    product = await Tetrascope.start({ config: QUIET })
    await remoteWrite(product.url, DATA)
    driver = new PrometheusDriver({ endpoint: product.url })
  })
  afterAll(() => product.stop())

  test('queries at a time and over a range', async () => {
    const instant = await driver.instantQuery('requests_total{code="500"}', nowMs)
    expect(instant.resultType).toBe('vector')
    expect(instant.result[0]).toMatchObject({
      metric: { name: 'requests_total', labels: { code: '500' } },
      value: { value: 19 },
    })
    const range = await driver.rangeQuery('sum(requests_total)', nowMs - 60_000, nowMs, 15)
    expect(range.result[0].values.map(({ value }: { value: number }) => value)).toEqual([165, 176, 187, 198, 209])
  })

  test('finds series and labels', async () => {
    const series = await driver.series('requests_total{job="a"}', nowMs - 60_000, nowMs)
    const codes = new Set(series.map(({ labels }) => (labels as Record<string, string>)['code']))
    expect(codes).toEqual(new Set(['200', '500']))
    expect(await driver.labelNames()).toContain('code')
    expect(await driver.labelValues('code')).toEqual(['200', '500'])
  })

  test('reads targets, rules, alerts, metadata and status', async () => {
    expect(await driver.targets()).toMatchObject({ activeTargets: [], droppedTargets: [] })
    expect(await driver.rules()).toEqual([])
    expect(await driver.alerts()).toEqual([])
    expect(await driver.metadata()).toMatchObject({ tetrascope_head_series: [{ type: 'gauge' }] })
    expect(await driver.status()).toMatchObject({ yaml: QUIET })
  })

  test('is given the error of a wrong query', async () => {
    await expect(driver.instantQuery('sum(')).rejects.toMatchObject({
      httpStatus: 400,
      prometheus: {
        errorType: 'bad_data',
        error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
      },
    })
  })
})

describe('what Grafana asks for', () => {
  let product: Tetrascope
  beforeAll(async () => {
    product = await Tetrascope.start({ config: QUIET })
    await remoteWrite(product.url, [...DATA, counter('utf8', { 'service.name': 'chat' }, 1)])
  })
  afterAll(() => product.stop())

  async function get<T>(pathAndQuery: string): Promise<Envelope<T>> {
    return product.getJson<Envelope<T>>(`/api/v1/${pathAndQuery}`)
  }

  async function post<T>(name: string, form: Record<string, string>): Promise<Envelope<T>> {
    const response = await fetch(`${product.url}/api/v1/${name}`, { method: 'POST', body: new URLSearchParams(form) })
    return (await response.json()) as Envelope<T>
  }

  test('its health check', async () => {
    expect(await post('query', { query: '1+1', time: String(now) })).toEqual({
      status: 'success',
      data: { resultType: 'scalar', result: [now, '2'] },
    })
  })

  test('its panels: a range by form', async () => {
    const form = { query: 'requests_total', start: String(now - 30), end: String(now), step: '15' }
    const { data } = await post<{ result: unknown[] }>('query_range', form)
    expect(data.result).toHaveLength(3)
  })

  test('build information without features, of a version that knows match[] for label values', async () => {
    const { data } = await get<Record<string, string>>('status/buildinfo')
    expect(data).not.toHaveProperty('features')
    expect(Number(data['version']?.split('.')[0])).toBeGreaterThanOrEqual(3)
  })

  test('exemplars with milliseconds as start and end', async () => {
    const form = { query: 'test_metric', start: String(nowMs - 1000), end: String(nowMs) }
    expect(await post('query_exemplars', form)).toEqual({ status: 'success', data: [] })
  })

  test('names and values, escaped where a name is no legacy name', async () => {
    const selector = encodeURIComponent('{__name__="utf8"}')
    expect((await get(`label/U__service_2e_name/values?match[]=${selector}`)).data).toEqual(['chat'])
    expect((await post('labels', { 'match[]': '{__name__="utf8"}', limit: '1' })).data).toEqual(['__name__'])
    const all = await get<string[]>('label/__name__/values?limit=40000')
    expect(all.data).toEqual(expect.arrayContaining(['requests_total', 'utf8']))
    const { data } = await post<object[]>('series', { 'match[]': 'requests_total', limit: '2' })
    expect(data).toHaveLength(2)
  })

  test('metadata and rules', async () => {
    expect((await get('metadata')).status).toBe('success')
    expect(await get('rules')).toEqual({ status: 'success', data: { groups: [] } })
  })

  test('an invalid match[] is told again when the POST is repeated as a GET', async () => {
    const error = { status: 'error', errorType: 'bad_data' }
    expect(await post('series', { 'match[]': 'a{' })).toMatchObject(error)
    expect(await (await fetch(`${product.url}/api/v1/series?match[]=a{`)).json()).toMatchObject(error)
  })

  test('answers in gzip when that is asked for', async () => {
    const query = `query_range?query=requests_total&start=${now - 285}&end=${now}&step=1`
    const [packed, plain] = await Promise.all(
      ['gzip', 'identity'].map(async (encoding) => {
        const { headers, body } = await request(`${product.url}/api/v1/${query}`, {
          headers: { 'accept-encoding': encoding },
        })
        return { encoding: headers['content-encoding'], sizeBytes: (await body.arrayBuffer()).byteLength }
      }),
    )
    expect([packed?.encoding, plain?.encoding]).toEqual(['gzip', undefined])
    expect(packed?.sizeBytes).toBeLessThan((plain?.sizeBytes ?? 0) / 4)
  })
})

describe('deleting series', () => {
  let product: Tetrascope
  beforeAll(async () => {
    product = await Tetrascope.start({ config: QUIET })
    await remoteWrite(product.url, DATA)
  })
  afterAll(() => product.stop())

  const remove = (form: string, headers: Record<string, string> = {}): Promise<Response> =>
    product.post(`/api/v1/admin/tsdb/delete_series?${form}`, '', headers)

  test('removes what matches, and nothing for pages of other sites', async () => {
    expect((await remove('match[]=requests_total', { origin: 'http://evil.example' })).status).toBe(403)
    expect(await product.query('count(requests_total)')).toMatchObject([{ value: 3 }])
    expect((await remove('match[]=requests_total{job="a"}')).status).toBe(204)
    expect((await product.query('requests_total')).map(({ metric }) => metric['job'])).toEqual(['b'])
    expect((await product.post('/api/v1/admin/tsdb/clean_tombstones', '')).status).toBe(204)
  })

  test('needs a selector', async () => {
    const response = await remove('')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errorType: 'bad_data', error: 'no match[] parameter provided' })
  })
})

describe('limits of queries', () => {
  test('a query ends when its client goes away, and the next one has its place', async () => {
    const product = await Tetrascope.start({ config: `${QUIET}query: { max_concurrency: 1, timeout: 1d }\n` })
    await remoteWrite(product.url, DATA)
    const term = (i: number): string => `quantile_over_time(0.${i}, requests_total[5m:50ms] offset ${i}s)`
    const query = Array.from({ length: 300 }, (_, i) => term(i + 1)).join(' + ')
    const gone = new AbortController()
    const form = new URLSearchParams({ query, start: String(now - 300), end: String(now), step: '0.1' })
    const heavy = fetch(`${product.url}/api/v1/query_range`, { method: 'POST', body: form, signal: gone.signal })
    setTimeout(() => gone.abort(), 500)
    await expect(heavy).rejects.toThrow('aborted')
    expect(await product.query('count(requests_total)')).toHaveLength(1)
    await product.stop()
  })

  test('points, samples and time are limited as the configuration says', async () => {
    const limits = 'query: { max_points: 10, max_samples: 20, lookback_delta: 30s }\n'
    const product = await Tetrascope.start({ config: QUIET + limits })
    await remoteWrite(product.url, DATA)
    const ask = async (form: string): Promise<readonly [number, string]> => {
      const response = await fetch(`${product.url}/api/v1/query_range?${form}`)
      const { error = '' } = (await response.json()) as { error?: string }
      return [response.status, error]
    }
    expect(await ask(`query=1&start=0&end=11&step=1`)).toEqual([
      400,
      expect.stringContaining('resolution of 10 points'),
    ])
    expect(await ask(`query=requests_total&start=${now - 150}&end=${now}&step=15`)).toEqual([
      422,
      'query processing would load too many samples into memory in query execution',
    ])
    const later = await product.getJson<Envelope<{ result: unknown[] }>>(
      `/api/v1/query?query=requests_total&time=${now + 31}`,
    )
    expect(later.data.result).toEqual([])
    await product.stop()
  })
})

describe.skipIf(!hasProgram('prometheus'))('a real Prometheus as a neighbour', () => {
  let product: Tetrascope
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'neighbour-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function startNeighbour(config: string, ...more: readonly string[]): Promise<Peer & { readonly url: string }> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const file = path.join(folder, 'prometheus.yml')
    writeFileSync(file, config.replaceAll('SELF', `127.0.0.1:${port}`))
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}/data-${port}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]
    const peer = await startPeer(
      'prometheus',
      [...args, '--web.enable-remote-write-receiver', ...more],
      `${url}/-/ready`,
    )
    return { ...peer, url }
  }

  test('sends by remote write, and scrapes our federation', async () => {
    product = await Tetrascope.start({ config: QUIET })
    await remoteWrite(product.url, DATA)
    const { host } = new URL(product.url)
    const neighbour = await startNeighbour(
      `global: { scrape_interval: 1s }\nremote_write: [{ url: 'http://${host}/api/v1/write' }]\nscrape_configs:\n` +
        `- { job_name: self, static_configs: [{ targets: [SELF] }] }\n` +
        `- { job_name: federate, honor_labels: true, metrics_path: /federate, params: { 'match[]': [requests_total] }, static_configs: [{ targets: ['${host}'] }] }\n`,
    )
    await eventually(
      () => product.query('up{job="self"}'),
      (found) => found[0]?.value === 1,
    )
    await eventually(
      () => product.query('rate(prometheus_tsdb_head_samples_appended_total[30s]) > 0'),
      (found) => found.length > 0,
    )
    const federated = async (): Promise<number> => {
      const response = await fetch(`${neighbour.url}/api/v1/query?query=count(requests_total)`)
      const { data } = (await response.json()) as Envelope<{ result: { value: [number, string] }[] }>
      return Number(data.result[0]?.value[1] ?? 0)
    }
    await eventually(federated, (count) => count === 3)
    await neighbour.stop()
    await product.stop()
  })

  test('is sent the exemplars of what we scrape, where that is asked for', async () => {
    const neighbour = await startNeighbour('global: {}\n', '--enable-feature=exemplar-storage')
    const application = createServer((_request, response) => {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
      response.end('# TYPE answers counter\nanswers_total{model="m"} 7 # {trace_id="4bf92f3577b34da6"} 0.25\n# EOF\n')
    })
    const port = await freePort()
    await new Promise<void>((resolve) => application.listen(port, '127.0.0.1', resolve))
    product = await Tetrascope.start({
      config:
        `${QUIET}global: { scrape_interval: 1s, external_labels: { site: here } }\n` +
        `remote_write: [{ url: '${neighbour.url}/api/v1/write', send_exemplars: true, queue_config: { batch_send_deadline: 1s } }]\n` +
        `scrape_configs: [{ job_name: app, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]\n`,
    })
    const asked = new URLSearchParams({ query: 'answers_total', start: String(now - 60), end: String(now + 3_600) })
    const exemplars = async (): Promise<SeriesExemplars[]> => {
      const response = await fetch(`${neighbour.url}/api/v1/query_exemplars?${asked.toString()}`)
      return ((await response.json()) as Envelope<SeriesExemplars[]>).data
    }
    const [found] = await eventually(exemplars, (series) => series.length > 0)
    expect(found?.seriesLabels).toEqual({
      __name__: 'answers_total',
      instance: `127.0.0.1:${port}`,
      job: 'app',
      model: 'm',
      site: 'here',
    })
    expect(found?.exemplars[0]).toMatchObject({ labels: { trace_id: '4bf92f3577b34da6' }, value: '0.25' })
    await product.stop()
    await neighbour.stop()
    application.close()
  })

  test('is sent what we take, also what came while it was away and we were restarted', async () => {
    const neighbour = await startNeighbour('global: {}\n')
    const sending = `${QUIET}global: { external_labels: { site: here } }\nremote_write: [{ url: '${neighbour.url}/api/v1/write' }]\n`
    const atNeighbour = async (metric: string): Promise<Array<{ metric: Record<string, string> }>> => {
      const response = await fetch(`${neighbour.url}/api/v1/query?query=${metric}`)
      return ((await response.json()) as Envelope<{ result: { metric: Record<string, string> }[] }>).data.result
    }
    product = await Tetrascope.start({ config: sending.replace(neighbour.url, 'http://127.0.0.1:1') + '# away\n' })
    await remoteWrite(product.url, DATA)
    const { data } = product
    await product.kill()
    // The queue goes by its name, so that another address finds what waits.
    const named = (url: string): string =>
      sending.replace(neighbour.url, url).replace('{ url:', '{ name: neighbour, url:')
    product = await Tetrascope.start({ config: named('http://127.0.0.1:1'), data })
    await remoteWrite(product.url, [counter('later_total', { job: 'a' }, 1)])
    await product.kill()
    product = await Tetrascope.start({ config: named(neighbour.url), data })
    const [arrived] = await eventually(
      () => atNeighbour('later_total'),
      (found) => found.length === 1,
    )
    expect(arrived?.metric).toEqual({ __name__: 'later_total', job: 'a', site: 'here' })
    await product.stop()
    await neighbour.stop()
  })
})
