/**
 * The head alone: memory, append, select. Run with `npx tsx --expose-gc bench/metrics/head.ts [series] [hours] [rounds]`;
 * with fewer series or hours it takes seconds. Processor time on two cores that ten other processes wanted as well
 * (a plain loop took twice its usual time), 100,000 series, 3 hours:
 *
 *     append                      3.9 M samples/s
 *     memory                      350 MB for 72 M samples, of which about 30 MB are the label sets of this script
 *     select 10,000 series x 240  55 ms
 *     truncate by ten minutes     289 ms, in steps of up to 18 ms
 */
import { Labels } from '../../src/model/labels.ts'
import { Matcher } from '../../src/model/matcher.ts'
import type { SampleBatch } from '../../src/model/sample.ts'
import { Head } from '../../src/storage/head/head.ts'

const INTERVAL_MS = 15_000
const T0 = 1_700_000_000_000
const seriesCount = Number(process.argv[2] ?? 100_000)
const hours = Number(process.argv[3] ?? 3)
const rounds = Number(process.argv[4] ?? 7)
const scrapes = (hours * 3_600_000) / INTERVAL_MS

/** Of ten series: three constants, three counters, two gauges with two decimals, a counter of seconds and a gauge of incompressible noise. */
function valueOf(series: number, scrape: number): number {
  const noise = Math.abs(Math.sin(series * 12.9898 + scrape * 78.233))
  const kind = (series * 7) % 10
  if (kind < 3) return series
  if (kind < 6) return Math.floor(scrape * (50 + (series % 400)) + noise * 50)
  if (kind < 8) return Math.floor(noise * 10_000) / 100
  return kind === 8 ? scrape * 0.8 + noise : noise
}

function labelSets(): Labels[] {
  return Array.from({ length: seriesCount }, (_, i) =>
    Labels.from({
      __name__: `metric_${i < seriesCount / 10 ? 'x' : i % 97}_total`,
      instance: `10.0.${(i >> 8) & 255}.${i & 255}:9100`,
      job: `job-${i % 20}`,
      model: `model-${i % 50}`,
      pod: `serving-${i % 1000}-abcdef`,
      namespace: `namespace-${i % 10}`,
      handler: `/api/v1/handler/${i}`,
    }),
  )
}

function scrapeBatch(labels: readonly Labels[], scrape: number): SampleBatch {
  const size = labels.length
  return {
    labels,
    series: Uint32Array.from({ length: size }, (_, i) => i),
    timestampsMs: new Float64Array(size).fill(T0 + scrape * INTERVAL_MS),
    values: Float64Array.from({ length: size }, (_, i) => valueOf(i, scrape)),
    stale: new Uint8Array(size),
    histograms: new Map(),
  }
}

function usedMegabytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

/** Processor time, because others may be at work on the same machine. */
function measure(run: () => void): number {
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function report(name: string, value: string): void {
  console.log(`${name.padEnd(46)} ${value}`)
}

function fill(head: Head): void {
  const labels = labelSets()
  let appendMs = 0
  let longestMs = 0
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const batch = scrapeBatch(labels, scrape)
    const ms = measure(() => head.append(batch))
    if (scrape === 0) report('first scrape (creates the series)', `${ms.toFixed(0)} ms`)
    else {
      appendMs += ms
      longestMs = Math.max(longestMs, ms)
    }
  }
  const rate = ((scrapes - 1) * seriesCount) / appendMs / 1000
  report('append', `${rate.toFixed(1)} M samples/s, longest scrape ${longestMs.toFixed(0)} ms`)
}

function select(head: Head, matchers: readonly Matcher[]): void {
  const newest = T0 + (scrapes - 1) * INTERVAL_MS
  const range = { minMs: newest - 3_600_000 + 1, maxMs: newest }
  const times: number[] = []
  let [found, samples] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    ;[found, samples] = [0, 0]
    const ms = measure(() => {
      for (const block of head.select(matchers, range)) {
        found += block.length
        for (const series of block) samples += series.values.length
      }
    })
    times.push(ms)
  }
  const median = times.sort((a, b) => a - b)[rounds >> 1] ?? 0
  report(`select ${matchers.map(String).join(',')}`, `${median.toFixed(1)} ms, ${found} series, ${samples} samples`)
}

const before = usedMegabytes()
const head = new Head({ windowMs: hours * 3_600_000, maxSizeBytes: 4 * 2 ** 30, graceMs: 0, minTimeMs: T0 })
fill(head)
const used = usedMegabytes() - before
const samples = seriesCount * scrapes
report(
  'memory',
  `${used.toFixed(0)} MB for ${(samples / 1e6).toFixed(1)} M samples, the head says ${(head.sizeBytes / 2 ** 20).toFixed(0)} MB`,
)
select(head, [new Matcher('__name__', '=', 'metric_x_total')])
select(head, [new Matcher('__name__', '=~', 'metric_x_.+'), new Matcher('job', '!=', 'job-0')])
select(head, [new Matcher('__name__', '=~', '.*_total'), new Matcher('model', '=~', 'model-(1|2)')])
select(head, [new Matcher('handler', '=', '/api/v1/handler/77')])
const steps: number[] = []
const release = head.truncate(T0 + hours * 3_600_000 + 600_000)
const step = (): boolean => {
  let done = false
  steps.push(measure(() => (done = release.next().done === true)))
  return !done
}
while (step());
const total = steps.reduce((sum, ms) => sum + ms, 0)
report(
  'truncate by ten minutes',
  `${total.toFixed(0)} ms in ${steps.length} steps of up to ${Math.max(...steps).toFixed(0)} ms`,
)
