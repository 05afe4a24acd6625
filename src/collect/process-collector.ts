import { readdir } from 'node:fs/promises'
import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
  type IntervalHistogram,
} from 'node:perf_hooks'
import { Labels, METRIC_NAME } from '../model/labels.ts'
import { Histogram, type MetricSnapshot } from '../telemetry/instruments.ts'
import type { Clock } from '../util/clock.ts'
import type { HostCollector } from './host-collector.ts'
import { readKernelFile } from './kernel-file.ts'
import { MetricFamily } from './metric-family.ts'

const NANOSECOND = 1e-9
const EVENT_LOOP_RESOLUTION_MS = 10

/** Kinds of garbage collection as other Node programs name them. */
const GC_KINDS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

/** This very process: CPU, memory, event loop and garbage collection, under the names that every Node dashboard knows. */
export class ProcessCollector implements HostCollector {
  readonly name = 'process'
  readonly #startSeconds: number
  readonly #delay: IntervalHistogram
  readonly #gcObserver: PerformanceObserver
  readonly #gc = new Histogram<'kind'>({
    name: 'nodejs_gc_duration_seconds',
    help: 'Garbage collections by kind',
    labelNames: ['kind'],
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  })

  constructor(clock: Clock) {
    this.#startSeconds = clock.now() / 1_000 - process.uptime()
    this.#delay = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS })
    this.#delay.enable()
    this.#gcObserver = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        this.#gc.observe({ kind: GC_KINDS.get(kindOf(entry)) ?? 'other' }, entry.duration / 1_000)
      }
    })
    this.#gcObserver.observe({ entryTypes: ['gc'] })
  }

  async collect(): Promise<MetricSnapshot[]> {
    return [
      ...(await this.#resources()),
      ...memoryOf(process.memoryUsage()),
      ...this.#eventLoop(),
      this.#gc.snapshot(),
      versionOf(),
    ]
  }

  /** Ends the observation of event loop and garbage collection. */
  stop(): void {
    this.#delay.disable()
    this.#gcObserver.disconnect()
  }

  async #resources(): Promise<MetricSnapshot[]> {
    const { user, system } = process.cpuUsage()
    const status = (await readKernelFile('/proc/self/status')) ?? ''
    const virtualKb = /^VmSize:\s*(\d+) kB/m.exec(status)?.[1]
    const fds = await readdir('/proc/self/fd').then(
      (names) => names.length,
      () => undefined,
    )
    const limits = (await readKernelFile('/proc/self/limits')) ?? ''
    const maxFds = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
    return [
      counter('process_cpu_user_seconds_total', 'CPU time in user mode', user / 1e6),
      counter('process_cpu_system_seconds_total', 'CPU time in the kernel', system / 1e6),
      counter('process_cpu_seconds_total', 'CPU time', (user + system) / 1e6),
      gauge('process_start_time_seconds', 'When the process started, seconds since 1970', this.#startSeconds),
      gauge(
        'process_virtual_memory_bytes',
        'Virtual memory',
        virtualKb === undefined ? undefined : Number(virtualKb) * 1024,
      ),
      gauge('process_open_fds', 'Open file descriptors', fds),
      gauge('process_max_fds', 'File descriptors allowed', maxFds === undefined ? undefined : Number(maxFds)),
    ]
  }

  /** Lag since the last collection. */
  #eventLoop(): MetricSnapshot[] {
    const lag = this.#delay
    const seconds = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? nanoseconds * NANOSECOND : NaN)
    const snapshots = [
      gauge(
        'nodejs_eventloop_lag_min_seconds',
        'Least lag of the event loop',
        lag.count === 0 ? undefined : seconds(lag.min),
      ),
      gauge('nodejs_eventloop_lag_max_seconds', 'Greatest lag of the event loop', seconds(lag.max)),
      gauge('nodejs_eventloop_lag_mean_seconds', 'Mean lag of the event loop', seconds(lag.mean)),
      gauge('nodejs_eventloop_lag_p50_seconds', 'Median lag of the event loop', seconds(lag.percentile(50))),
      gauge(
        'nodejs_eventloop_lag_p99_seconds',
        '99th percentile of the lag of the event loop',
        seconds(lag.percentile(99)),
      ),
      gauge(
        'nodejs_eventloop_utilization',
        'Share of its time in which the event loop was busy, since the start',
        performance.eventLoopUtilization().utilization,
      ),
    ]
    lag.reset()
    return snapshots
  }
}

/** Of a garbage collection, which kind it was. */
function kindOf(entry: object): unknown {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
}

function memoryOf(memory: NodeJS.MemoryUsage): MetricSnapshot[] {
  return [
    gauge('process_resident_memory_bytes', 'Resident memory', memory.rss),
    gauge('nodejs_heap_size_total_bytes', 'Heap', memory.heapTotal),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use', memory.heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory outside of the heap that objects in it hold', memory.external),
  ]
}

function versionOf(): MetricSnapshot {
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.')
  const labels = { [METRIC_NAME]: 'nodejs_version_info', version: process.version, major, minor, patch }
  const metadata = { name: 'nodejs_version_info', type: 'gauge', help: 'Version of Node', unit: '' } as const
  return { metadata, samples: [{ labels: Labels.from(labels), value: 1 }] }
}

function gauge(name: string, help: string, value: number | undefined): MetricSnapshot {
  return new MetricFamily({ name, help, type: 'gauge' }).add(value).snapshot()
}

function counter(name: string, help: string, value: number): MetricSnapshot {
  return new MetricFamily({ name, help, type: 'counter' }).add(value).snapshot()
}
