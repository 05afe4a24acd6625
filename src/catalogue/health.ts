import { formatDuration } from '../model/duration.ts'
import type { QueryEngine } from '../promql/engine.ts'
import type { QueryValue } from '../promql/value.ts'
import type { Catalogue } from './catalogue.ts'
import { fillIn, LAYERS, type CatalogueEntry, type Layer, type Thresholds } from './entry.ts'

/** `silent`: every source of the entry is without data. It is told apart from healthy on purpose: no news is not good news. */
export type HealthStatus = 'healthy' | 'warning' | 'critical' | 'silent'

export interface Reading {
  readonly entry: CatalogueEntry
  /** The source that answered; null when all are silent. */
  readonly from: string | null
  readonly value: number | null
  readonly p95: number | null
  readonly status: HealthStatus
  /** What was judged: the P95 of a histogram, the value of everything else. Null when there is nothing to judge. */
  readonly judged: number | null
}

export interface LayerHealth {
  readonly layer: Layer
  readonly status: HealthStatus
  readonly readings: readonly Reading[]
}

export interface HealthReport {
  readonly timeMs: number
  readonly windowMs: number
  readonly status: HealthStatus
  readonly layers: readonly LayerHealth[]
}

export interface HealthOptions {
  readonly catalogue: Catalogue
  readonly engine: QueryEngine
  readonly windowMs: number
  /** Headline entries only, which is what a page or a terminal shows. */
  readonly headlineOnly: boolean
  readonly signal?: AbortSignal
}

/** Reads every entry at one time and judges it against its thresholds in its direction. */
export async function readHealth(timeMs: number, options: HealthOptions): Promise<HealthReport> {
  const entries = options.catalogue.entries.filter((entry) => entry.headline || !options.headlineOnly)
  const readings = await Promise.all(entries.map((entry) => readEntry(entry, timeMs, options)))
  const layers = LAYERS.map((layer) => layerHealth(layer, readings))
  return { timeMs, windowMs: options.windowMs, status: worst(layers.map(({ status }) => status)), layers }
}

/** The reading of one entry from the first of its sources that has data. */
export async function readEntry(entry: CatalogueEntry, timeMs: number, options: HealthOptions): Promise<Reading> {
  const window = formatDuration(options.windowMs)
  const ask = (expression: string): Promise<number | null> => single(options, fillIn(expression, window), timeMs)
  for (const source of entry.sources) {
    const value = await ask(source.value)
    if (value === null) continue
    const p95 = source.quantile === null ? null : await ask(source.quantile)
    const judged = entry.type === 'histogram' ? p95 : value
    return { entry, from: source.from, value, p95, judged, status: judge(judged, entry) }
  }
  return { entry, from: null, value: null, p95: null, judged: null, status: 'silent' }
}

/** Where a number stands against an entry's thresholds. A threshold that is reached counts as crossed. */
export function judge(value: number | null, entry: Pick<CatalogueEntry, 'thresholds' | 'worse'>): HealthStatus {
  if (value === null || Number.isNaN(value)) return 'silent'
  if (entry.thresholds === null || entry.worse === null) return 'healthy'
  const crossed = (bound: keyof Thresholds): boolean => {
    const threshold = entry.thresholds?.[bound] ?? NaN
    return entry.worse === 'higher' ? value >= threshold : value <= threshold
  }
  if (crossed('critical')) return 'critical'
  return crossed('warning') ? 'warning' : 'healthy'
}

function layerHealth(layer: Layer, all: readonly Reading[]): LayerHealth {
  const readings = all.filter(({ entry }) => entry.layer === layer)
  return { layer, status: worst(readings.map(({ status }) => status)), readings }
}

const SEVERITY: Readonly<Record<HealthStatus, number>> = { silent: 0, healthy: 1, warning: 2, critical: 3 }

/** The most severe status; `silent` only when all are. */
function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((a, b) => (SEVERITY[b] > SEVERITY[a] ? b : a), 'silent' as HealthStatus)
}

async function single(options: HealthOptions, expression: string, timeMs: number): Promise<number | null> {
  const { value } = await options.engine.instant(
    expression,
    timeMs,
    options.signal === undefined ? {} : { signal: options.signal },
  )
  return firstNumber(value)
}

function firstNumber(value: QueryValue): number | null {
  if (value.type === 'scalar') return value.value
  return value.type === 'vector' ? (value.samples[0]?.value ?? null) : null
}
