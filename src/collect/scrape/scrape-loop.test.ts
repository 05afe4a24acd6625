import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordingWriter, samplesOf } from '../../../test/support/recording-writer.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { globalConfig, scrapeConfigs } from '../config.ts'
import { scrapeJobs } from './scrape-job.ts'
import { nextDueMs } from './scrape-schedule.ts'
import { scrapeInstruments } from './scrape-instruments.ts'
import { Scraping } from './scraping.ts'
import { spreadOf } from './target.ts'
import { viewTargets } from './targets-view.ts'

/** A machine under load may take its time. */
const PATIENT = { timeout: 20_000 }
const INTERVAL_MS = 15_000
const TEXT = { 'content-type': 'text/plain; version=0.0.4' }

let cleanUps: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  cleanUps = []
})

describe('a target that answers', () => {
  test('gives its samples with the labels of the target, and five series about the scrape', async () => {
    const { rig, address } = await rigOf(exposing('# HELP a Of a.\n# TYPE a gauge\na{x="1"} 1\na{x="2"} 2 500\n'))
    await rig.scrape()
    const at = rig.clock.now()
    const target = `instance="${address}", job="app"`
    expect(rig.samples(0)).toEqual([
      `a{${target}, x="1"} 1 @${at}`,
      `a{${target}, x="2"} 2 @500`,
      `up{${target}} 1 @${at}`,
      `scrape_duration_seconds{${target}} 0 @${at}`,
      `scrape_samples_scraped{${target}} 2 @${at}`,
      `scrape_samples_post_metric_relabeling{${target}} 2 @${at}`,
      `scrape_series_added{${target}} 2 @${at}`,
    ])
    expect(rig.writer.metadata).toContainEqual({ name: 'a', type: 'gauge', help: 'Of a.', unit: '' })
  })

  test('is asked every interval, on a rhythm of its own', async () => {
    const { rig } = await rigOf(exposing('a 1\n'))
    await rig.scrape()
    const first = rig.clock.now()
    await rig.scrape()
    expect(rig.clock.now() - first).toBe(INTERVAL_MS)
  })

  test('is told what can be read, and for how long it is waited for', async () => {
    const seen: Array<Record<string, unknown>> = []
    const { rig } = await rigOf((request, response) => {
      seen.push({ ...request.headers, url: request.url })
      response.writeHead(200, TEXT).end('a 1\n')
    }, 'metrics_path: /probe\n  params: {module: [http_2xx], target: ["a b"]}\n  basic_auth: {username: u, password: p}\n  http_headers: {X-Tenant: {values: [one]}}')
    await rig.scrape()
    expect(seen[0]).toMatchObject({
      url: '/probe?module=http_2xx&target=a+b',
      'accept-encoding': 'gzip',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
      'x-tenant': 'one',
      'x-prometheus-scrape-timeout-seconds': '10',
    })
    expect(String(seen[0]?.accept)).toMatch(
      /^application\/openmetrics-text;version=1\.0\.0;.*text\/plain;version=0\.0\.4;q=0\.\d,\*\/\*;q=0\.1$/,
    )
  })

  test('may answer in gzip and in OpenMetrics with exemplars', async () => {
    const { rig } = await rigOf((_, response) => {
      response.writeHead(200, {
        'content-type': 'application/openmetrics-text; version=1.0.0',
        'content-encoding': 'gzip',
      })
      response.end(gzipSync('# TYPE a counter\na_total 5 # {trace_id="t1"} 1\n# EOF\n'))
    })
    await rig.scrape()
    expect(rig.samples(0)[0]).toContain(`job="app"} 5 @${rig.clock.now()}`)
    expect(
      rig.writer.exemplars.map(({ labels, seriesLabels, timestampMs }) => [
        labels.toString(),
        seriesLabels.get('job'),
        timestampMs,
      ]),
    ).toEqual([['{trace_id="t1"}', 'app', rig.clock.now()]])
  })

  test('keeps conflicting labels as exported_, or wins with honor_labels', async () => {
    const body = 'a{job="own",exported_job="x",instance="i"} 1\n'
    const { rig, address } = await rigOf(exposing(body))
    await rig.scrape()
    expect(rig.samples(0)[0]).toContain(
      `a{exported_exported_job="own", exported_instance="i", exported_job="x", instance="${address}", job="app"} 1`,
    )
    const honoring = await rigOf(exposing(body), 'honor_labels: true')
    await honoring.rig.scrape()
    expect(honoring.rig.samples(0)[0]).toContain('a{exported_job="x", instance="i", job="own"} 1')
  })

  test('may not decide its own times with honor_timestamps: false', async () => {
    const { rig } = await rigOf(exposing('a 1 500\n'), 'honor_timestamps: false')
    await rig.scrape()
    expect(rig.samples(0)[0]).toContain(`1 @${rig.clock.now()}`)
  })

  test('metric_relabel_configs drop and rename', async () => {
    const rules =
      'metric_relabel_configs: [{source_labels: [__name__], regex: go_.*, action: drop}, {regex: x, action: labeldrop}]'
    const { rig } = await rigOf(exposing('go_threads 1\na{x="1"} 2\n'), rules)
    await rig.scrape()
    expect(rig.find(0, 'go_threads')).toBeUndefined()
    expect(rig.find(0, 'a')).not.toContain('x=')
    expect(rig.find(0, 'scrape_samples_scraped')).toContain('} 2 @')
    expect(rig.find(0, 'scrape_samples_post_metric_relabeling')).toContain('} 1 @')
  })

  test('of a series given twice the first counts, and a time far ahead is refused', async () => {
    const ahead = 3_600_000
    const { rig } = await rigOf(exposing(`a 1\na 2\nb 3 ${ahead}\n`))
    await rig.scrape()
    expect(rig.samples(0).filter((line) => /^[ab]\{/.test(line))).toEqual([expect.stringMatching(/^a\{.*\} 1 @/)])
    expect(rig.counter('tetrascope_scrape_samples_refused_total')).toEqual({ duplicate: 1, too_far_ahead: 1 })
  })
})

describe('created timestamps', () => {
  const openMetrics = (...lines: string[]): RequestListener => {
    const type = { 'content-type': 'application/openmetrics-text; version=1.0.0' }
    return (_, response) => response.writeHead(200, type).end(`${lines.join('\n')}\n# EOF\n`)
  }
  const counter = ['# TYPE a counter', 'a_total{x="1"} 5', 'a_created{x="1"} 990.5', 'a_total{x="2"} 7']
  const histogram = ['# TYPE h histogram', 'h_bucket{le="+Inf"} 2', 'h_count 2', 'h_sum 3', 'h_created 1']

  test('are series like others, unless zeros are wanted', async () => {
    const { rig } = await rigOf(openMetrics(...counter))
    await rig.scrape()
    expect(rig.find(0, 'a_created')).toContain('} 990.5 @')
  })

  test('become a zero at the time at which counting began, once', async () => {
    const { rig } = await rigOf(openMetrics(...counter, ...histogram), 'created_timestamp_zero_ingestion: true')
    await rig.scrape()
    expect(rig.find(0, 'a_created')).toBeUndefined()
    const own = rig
      .samples(0)
      .filter((line) => /^[ah]_/.test(line))
      .map((line) => line.replace(/instance="[^"]*", job="app"(, )?/, ''))
    const now = rig.clock.now()
    expect(own).toEqual([
      'a_total{x="1"} 0 @990500',
      `a_total{x="1"} 5 @${now}`,
      `a_total{x="2"} 7 @${now}`,
      'h_bucket{le="+Inf"} 0 @1000',
      `h_bucket{le="+Inf"} 2 @${now}`,
      'h_count{} 0 @1000',
      `h_count{} 2 @${now}`,
      'h_sum{} 0 @1000',
      `h_sum{} 3 @${now}`,
    ])
    await rig.scrape()
    expect(rig.samples(1).filter((line) => line.includes('} 0 @') && !line.startsWith('scrape_'))).toEqual([])
  })
})

describe('series end', () => {
  test('when they vanish from the body', async () => {
    const bodies = ['a 1\nb 1\n', 'b 2\nc 1\n']
    const { rig } = await rigOf((_, response) => response.writeHead(200, TEXT).end(bodies.shift()))
    await rig.scrape()
    await rig.scrape()
    expect(rig.find(1, 'a')).toContain(`stale @${rig.clock.now()}`)
    expect(rig.find(1, 'b')).toContain('2 @')
    expect(rig.find(1, 'scrape_series_added')).toContain('} 1 @')
  })

  test('not when their samples bear own times, unless that is tracked', async () => {
    const bodies = ['a 1 100\n', '', 'a 1 100\n', '']
    const { rig } = await rigOf((_, response) => response.writeHead(200, TEXT).end(bodies.shift()))
    await rig.scrape()
    await rig.scrape()
    expect(rig.find(1, 'a')).toBeUndefined()
    const tracking = await rigOf(
      (_, response) => response.writeHead(200, TEXT).end(bodies.shift()),
      'track_timestamps_staleness: true',
    )
    await tracking.rig.scrape()
    await tracking.rig.scrape()
    expect(tracking.rig.find(1, 'a')).toContain('stale @')
  })

  test('when the scrape fails; they begin again with the next good one', async () => {
    let isBroken = false
    const { rig } = await rigOf((_, response) => {
      if (isBroken) response.writeHead(500).end('no')
      else response.writeHead(200, TEXT).end('a 1\n')
    })
    await rig.scrape()
    isBroken = true
    await rig.scrape()
    expect(rig.find(1, 'a')).toContain('stale @')
    expect(rig.find(1, 'up')).toContain('} 0 @')
    await rig.scrape()
    expect(rig.find(2, 'a')).toBeUndefined()
    isBroken = false
    await rig.scrape()
    expect(rig.find(3, 'a')).toContain('} 1 @')
    expect(rig.find(3, 'scrape_series_added')).toContain('} 1 @')
  })

  test('all of them, and those about the scrape, on shutdown', async () => {
    const { rig } = await rigOf(exposing('a 1\n'))
    await rig.scrape()
    await rig.scraping.stop()
    expect(rig.samples(1).map((line) => line.replace(/\{.*\}/, ''))).toEqual(
      [
        'a',
        'up',
        'scrape_duration_seconds',
        'scrape_samples_scraped',
        'scrape_samples_post_metric_relabeling',
        'scrape_series_added',
      ].map((name) => `${name} stale @${rig.clock.now()}`),
    )
    await rig.clock.advance(10 * INTERVAL_MS)
    expect(rig.writer.batches).toHaveLength(2)
  })
})

describe('a target that misbehaves is down, and says why', () => {
  test.each<[what: string, extra: string, answer: RequestListener, reason: string | RegExp]>([
    [
      'an error status',
      '',
      (_, response) => response.writeHead(500).end(),
      'server returned HTTP status 500 Internal Server Error',
    ],
    [
      'a faulty line',
      '',
      exposing('a 1\nb{x="1"} one\n'),
      'line 2: the value is not a number while parsing: "b{x=\\"1\\"} one"',
    ],
    [
      'a page',
      '',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'received unsupported Content-Type "text/html"',
    ],
    [
      'a body that breaks off',
      '',
      (_, response) => {
        response.writeHead(200, { ...TEXT, 'content-length': '1000' })
        response.write('a 1\n', () => response.destroy())
      },
      /^Get ".*": /,
    ],
    ['a huge body', 'body_size_limit: 10KB', exposing('a 1\n'.repeat(10_000)), 'body size limit exceeded'],
    [
      'a gzip bomb',
      'body_size_limit: 100KB',
      (_, response) => {
        response.writeHead(200, { ...TEXT, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000, 0x20)))
      },
      'body size limit exceeded',
    ],
    [
      'damaged gzip',
      '',
      (_, response) => response.writeHead(200, { ...TEXT, 'content-encoding': 'gzip' }).end('no gzip'),
      'the gzip body is damaged',
    ],
    [
      'a redirect that may not be followed',
      'follow_redirects: false',
      (_, response) => response.writeHead(302, { location: '/x' }).end(),
      'HTTP status 302 Found',
    ],
    ['too many samples', 'sample_limit: 1', exposing('a 1\nb 1\n'), 'sample limit exceeded'],
    [
      'too many labels',
      'label_limit: 3',
      exposing('a{x="1",y="2"} 1\n'),
      'label_limit exceeded (metric: "a", number of labels: 5, limit: 3)',
    ],
    [
      'a long label name',
      'label_name_length_limit: 8',
      exposing('a{too_long_name="1"} 1\n'),
      'label_name_length_limit exceeded',
    ],
    [
      'a long label value',
      'label_value_length_limit: 30',
      exposing(`a{x="${'v'.repeat(31)}"} 1\n`),
      'label_value_length_limit exceeded',
    ],
    [
      'no # EOF in OpenMetrics',
      '',
      (_, response) => response.writeHead(200, { 'content-type': 'application/openmetrics-text' }).end('a 1\n'),
      'data does not end with # EOF',
    ],
    [
      'a password file that is not there',
      'basic_auth: {username: u, password_file: /nowhere/p}',
      exposing('a 1\n'),
      'unable to read file /nowhere/p',
    ],
  ])('%s', async (_, extra, answer, reason) => {
    const { rig } = await rigOf(answer, extra)
    await rig.scrape()
    expect(rig.find(0, 'up')).toContain('} 0 @')
    const view = viewTargets(rig.scraping.pools, { state: 'any' }).activeTargets[0]
    expect(view?.health).toBe('down')
    if (typeof reason === 'string') expect(view?.lastError).toContain(reason)
    else expect(view?.lastError).toMatch(reason)
  })

  test('one that is too slow is broken off at its timeout', async () => {
    let broken = false
    const { rig } = await rigOf((request) => request.socket.on('close', () => (broken = true)))
    await rig.due()
    await rig.asked()
    await rig.clock.advance(10_000)
    await rig.writer.waitFor(1)
    expect(rig.find(0, 'up')).toContain('} 0 @')
    expect(rig.find(0, 'scrape_duration_seconds')).toContain('} 10 @')
    expect(viewTargets(rig.scraping.pools, { state: 'any' }).activeTargets[0]?.lastError).toContain(
      'context deadline exceeded',
    )
    await expect.poll(() => broken, PATIENT).toBe(true)
  })

  test('one that is not there', async () => {
    const { rig, server } = await rigOf(exposing(''))
    await close(server)
    await rig.scrape()
    expect(viewTargets(rig.scraping.pools, { state: 'any' }).activeTargets[0]?.lastError).toMatch(
      /^Get "http:.*\/metrics": connect ECONNREFUSED/,
    )
  })

  test('shutting down does not wait for it and does not blame it', async () => {
    const { rig } = await rigOf(() => undefined)
    await rig.due()
    await rig.asked()
    await rig.scraping.stop()
    expect(rig.writer.batches).toHaveLength(0)
  })
})

describe('a store that takes nothing', () => {
  test('is told in the counter of lost samples, and scraping goes on', async () => {
    const { rig } = await rigOf(exposing('a 1\n'))
    rig.writer.failure = new Error('full')
    await rig.scrape()
    rig.writer.failure = undefined
    await rig.scrape()
    expect(rig.find(1, 'up')).toContain('} 1 @')
    expect(rig.counter('tetrascope_scrape_samples_lost_total')).toEqual({ '': 6 })
  })
})

describe('a reload', () => {
  test('does not disturb what it does not change', async () => {
    const { rig, address } = await rigOf(exposing('a 1\n'))
    await rig.scrape()
    await rig.apply(configText(address, ''))
    await rig.scrape()
    expect(rig.find(1, 'scrape_series_added')).toContain('} 0 @')
    expect(rig.writer.batches).toHaveLength(2)
  })

  test('that changes how a target is scraped lets its series go on', async () => {
    const { rig, address } = await rigOf(exposing('a 1\nb 1\n'))
    await rig.scrape()
    await rig.apply(
      configText(address, 'metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]'),
    )
    await rig.scrape()
    expect(rig.writer.batches).toHaveLength(2)
    expect(rig.find(1, 'a')).toContain('} 1 @')
    expect(rig.find(1, 'b')).toContain('stale @')
  })

  test('that removes a target ends its series', async () => {
    const { rig } = await rigOf(exposing('a 1\n'))
    await rig.scrape()
    await rig.apply([])
    await rig.writer.waitFor(2)
    expect(rig.find(1, 'a')).toContain('stale @')
    expect(rig.find(1, 'up')).toContain('stale @')
  })
})

describe('the targets view', () => {
  test('has the shape of Prometheus', async () => {
    const { rig, address } = await rigOf(
      exposing('a 1\n'),
      'relabel_configs: [{source_labels: [__address__], regex: gone.*, action: drop}, {source_labels: [team], target_label: owner}]',
      { targets: ', "gone:1"', labels: '{team: core}' },
    )
    const before = viewTargets(rig.scraping.pools, { state: 'any' }).activeTargets[0]
    expect(before).toMatchObject({ health: 'unknown', lastScrape: '0001-01-01T00:00:00Z', lastError: '' })
    await rig.scrape()
    const discoveredLabels = {
      __address__: address,
      __metrics_path__: '/metrics',
      __scheme__: 'http',
      __scrape_interval__: '15s',
      __scrape_timeout__: '10s',
      job: 'app',
      team: 'core',
    }
    expect(viewTargets(rig.scraping.pools, { state: 'any' })).toEqual({
      activeTargets: [
        {
          discoveredLabels,
          labels: { instance: address, job: 'app', owner: 'core', team: 'core' },
          scrapePool: 'app',
          scrapeUrl: `http://${address}/metrics`,
          globalUrl: expect.stringMatching(/^http:\/\/[^/]+:\d+\/metrics$/),
          lastError: '',
          lastScrape: new Date(rig.clock.now()).toISOString(),
          lastScrapeDuration: 0,
          health: 'up',
          scrapeInterval: '15s',
          scrapeTimeout: '10s',
        },
      ],
      droppedTargets: [{ discoveredLabels: { ...discoveredLabels, __address__: 'gone:1' }, scrapePool: 'app' }],
      droppedTargetCounts: { app: 1 },
    })
    expect(viewTargets(rig.scraping.pools, { state: 'active' }).droppedTargets).toEqual([])
    expect(viewTargets(rig.scraping.pools, { state: 'any', scrapePool: 'other' }).activeTargets).toEqual([])
  })

  test('target_limit stops the whole job', async () => {
    const { rig } = await rigOf(exposing('a 1\n'), 'target_limit: 1', { targets: ', "127.0.0.1:9"' })
    await rig.scrape()
    const view = viewTargets(rig.scraping.pools, { state: 'any' })
    expect(view.activeTargets.find(({ health }) => health === 'down')?.lastError).toBe(
      'target_limit exceeded (number of targets: 2, limit: 1)',
    )
  })
})

interface Rig {
  readonly clock: ManualClock
  readonly writer: RecordingWriter
  readonly scraping: Scraping
  apply(configs: unknown): Promise<void>
  /** Lets time pass until the next scrape is due. */
  due(): Promise<void>
  /** Resolves when the server got one more request. */
  asked(): Promise<void>
  /** Lets time pass until one more scrape is done and written. */
  scrape(): Promise<void>
  samples(batch: number): string[]
  /** The sample of a batch that belongs to a metric. */
  find(batch: number, metric: string): string | undefined
  counter(name: string): Record<string, number>
}

interface StaticExtras {
  readonly targets?: string
  readonly labels?: string
}

function configText(address: string, extra: string, { targets = '', labels = '{}' }: StaticExtras = {}): unknown {
  return parse(`
- job_name: app
  static_configs: [{targets: ["${address}"${targets}], labels: ${labels}}]
  ${extra}`)
}

function exposing(body: string): RequestListener {
  return (_, response) => response.writeHead(200, TEXT).end(body)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Values of an instrument's series by the value of their only label. */
function counterValues(registry: InstrumentRegistry, name: string): Record<string, number> {
  const found = registry.snapshot().find(({ metadata }) => metadata.name === name)
  return Object.fromEntries(
    found?.samples.map(({ labels, value }) => [labels.withoutName().pairs[1] ?? '', value]) ?? [],
  )
}

async function rigOf(
  answer: RequestListener,
  extra = '',
  statics: StaticExtras = {},
): Promise<{ rig: Rig; address: string; server: Server }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = new ManualClock(1_000_000)
  const writer = new RecordingWriter()
  const registry = new InstrumentRegistry()
  const scraping = new Scraping({ writer, clock, logger: silentLogger, instruments: scrapeInstruments(registry) })
  cleanUps.push(
    () => scraping.stop(),
    () => close(server),
  )
  const rig: Rig = {
    clock,
    writer,
    scraping,
    apply: (configs) =>
      scraping.apply(scrapeJobs(globalConfig.parse(undefined), scrapeConfigs.parse(configs), import.meta.dirname)),
    async due() {
      const due = scraping.pools.flatMap(({ active }) =>
        active.map(({ target }) => nextDueMs(clock.now(), target.intervalMs, spreadOf(target))),
      )
      await clock.advance(Math.min(...due) - clock.now())
    },
    async asked() {
      await expect.poll(() => requests, PATIENT).toBeGreaterThan(0)
    },
    async scrape() {
      const before = writer.batches.length
      await rig.due()
      await writer.waitFor(before + 1)
      // What a loop does behind its write: metadata, exemplars, the next timer.
      await clock.advance(0)
    },
    samples: (batch) => samplesOf(writer.batches[batch]),
    find: (batch, metric) => rig.samples(batch).find((line) => line.startsWith(`${metric}{`)),
    counter: (name) => counterValues(registry, name),
  }
  await rig.apply(configText(address, extra, statics))
  return { rig, address, server }
}
