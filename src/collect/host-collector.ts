import type { MetricSnapshot } from '../telemetry/instruments.ts'

/** Reads one part of the machine. */
export interface HostCollector {
  /** For the log and for `tetrascope_collector_failures_total{collector}`. */
  readonly name: string
  /** What stands there now; empty when the machine has no such part. Rejects when it has but cannot be read. */
  collect(): Promise<MetricSnapshot[]>
}

/** Where the kernel shows itself; in a container often the host's, mounted elsewhere. */
export interface HostPaths {
  readonly proc: string
  readonly sys: string
}
