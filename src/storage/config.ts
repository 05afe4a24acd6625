import { z } from 'zod'
import { formatDuration } from '../model/duration.ts'
import { durationText } from '../model/duration-text.ts'
import { notSupported } from '../model/not-supported.ts'

const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 }

const sizeBytes = z.string().transform((text, context) => {
  const [, count, unit = ''] = /^(\d+)([KMGT]?B)$/.exec(text) ?? []
  const factor = SIZE_UNITS[unit]
  if (count !== undefined && factor !== undefined) return Number(count) * factor
  const message = `not a valid size: ${JSON.stringify(text)} (expected for example 512MB, 50GB)`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** A Prometheus-compatible server that holds the metrics in place of our own store; all else stays where `type` says. */
const prometheus = z.strictObject({
  /** Below it lies `/api/v1`. */
  url: z.url({ protocol: /^https?$/, error: 'must be the HTTP address of a server, such as http://127.0.0.1:9090' }),
  headers: z.record(z.string(), z.string()).default({}),
  username: z.string().optional(),
  password_file: z.string().min(1).optional(),
  timeout: durationText.prefault('30s'),
})

/** What Prometheus keeps under `storage`. */
const prometheusKeys = {
  tsdb: notSupported(
    'tsdb',
    'samples that come late are taken as far back as limits.head_window says, and retention has a section of its own',
  ),
  exemplars: notSupported('exemplars', 'exemplars are kept as long as samples (retention.samples)'),
}

const embedded = z.strictObject({
  ...prometheusKeys,
  prometheus: prometheus.optional(),
  type: z.literal('embedded'),
  /** Data directory; `--data` when not given. */
  path: z.string().min(1).optional(),
})

const clickhouse = z.strictObject({
  ...prometheusKeys,
  prometheus: prometheus.optional(),
  type: z.literal('clickhouse'),
  url: z.url({
    protocol: /^https?$/,
    error: 'must be the HTTP address of a ClickHouse, such as http://127.0.0.1:8123',
  }),
  user: z.string().default('default'),
  password_file: z.string().min(1).optional(),
  database: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores')
    .default('tetrascope'),
})

/** `storage:` in tetrascope.yaml: ClickHouse inside the process, or a server or cluster over HTTP. */
export const storageConfig = z.preprocess(withType, z.discriminatedUnion('type', [embedded, clickhouse])).prefault({})

/**
 * Without `type` it is the embedded one, and is then judged as that, so that a wrong key is named.
 * `{type: prometheus, url: ...}` is short for an embedded store with a `prometheus` beside it.
 */
function withType(section: unknown): unknown {
  if (typeof section !== 'object' || section === null) return section
  const { type, ...rest } = { type: 'embedded', ...section }
  return type === 'prometheus' ? { type: 'embedded', prometheus: rest } : { type, ...rest }
}

export type StorageConfig = z.infer<typeof storageConfig>

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Below it, rules and pages would read the disk all the time; above it, memory is spent on what is rarely asked. */
const HEAD_WINDOW = { minMs: 10 * MINUTE_MS, maxMs: 48 * HOUR_MS }

const headWindow = durationText.refine((windowMs) => windowMs >= HEAD_WINDOW.minMs && windowMs <= HEAD_WINDOW.maxMs, {
  error: ({ input }) => `must be from 10m to 48h: found ${formatDuration(Number(input))}`,
})

/** `limits:` in tetrascope.yaml: new series beyond them are refused and counted; `0` takes any number. */
export const limitsConfig = z
  .strictObject({
    /** Series in memory. */
    series: z.int().min(0).default(1_000_000),
    /** Series in memory that share a metric name. */
    series_per_metric: z.int().min(0).default(250_000),
    /** How far back samples are kept in memory; older ones are read from disk. */
    head_window: headWindow.prefault('2h'),
  })
  .prefault({})

/** `retention:` in tetrascope.yaml: how long each kind of data is kept; `0` keeps it for ever. Milliseconds when read. */
export const retentionConfig = z
  .strictObject({
    /** Samples, their series and exemplars. */
    samples: durationText.prefault('15d'),
    /** Requests and all other spans. */
    requests: durationText.prefault('90d'),
    evaluations: durationText.prefault('90d'),
    events: durationText.prefault('90d'),
    logs: durationText.prefault('30d'),
    /** What all may take on disk; the oldest days go first. Bytes when read; without it only time counts. */
    size: sizeBytes.optional(),
  })
  .prefault({})

export type RetentionConfig = z.infer<typeof retentionConfig>
