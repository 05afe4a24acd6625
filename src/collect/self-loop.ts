import type { SampleWriter } from '../storage/sample-store.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { HostCollector } from './host-collector.ts'
import { SnapshotLoop } from './snapshot-loop.ts'

export interface SelfLoopOptions {
  readonly registry: InstrumentRegistry
  /** This process; see `ProcessCollector`. */
  readonly process: HostCollector
  readonly instance: string
  readonly intervalMs: number
  readonly writer: SampleWriter
  readonly clock: Clock
  readonly logger: Logger
}

/** The loop that watches this process: all own instruments, `process_*` and `nodejs_*`, with `job="tetrascope"`. */
export function selfLoop({ registry, process, instance, ...options }: SelfLoopOptions): SnapshotLoop {
  return new SnapshotLoop({
    ...options,
    name: 'self',
    labels: { job: 'tetrascope', instance },
    gather: async () => [...registry.snapshot(), ...(await process.collect())],
  })
}
