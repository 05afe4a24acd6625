import type { Position } from '../parser/ast.ts'
import { formatRounded } from '../float-text.ts'
import { formatShort } from '../parser/number.ts'
import { quote } from '../parser/quote.ts'

type Level = 'warning' | 'info'

interface Annotation {
  readonly level: Level
  readonly position: Position
  /** The text without its position. */
  text(): string
}

/** The buckets that had to be raised so that a histogram's counts do not fall. */
export interface ForcedMonotonicity {
  readonly metricName: string
  readonly timeMs: number
  readonly minBucket: number
  readonly maxBucket: number
  readonly maxDiff: number
}

/** Warnings and infos of a query, each text once. Of equal texts at several positions the last one counts, as in Prometheus. */
export class Annotations {
  readonly #annotations = new Map<string, Annotation>()
  readonly #overlaps = new Map<string, number>()

  get isEmpty(): boolean {
    return this.#annotations.size === 0
  }

  warn(text: string, position: Position): void {
    this.#annotations.set(text, { level: 'warning', position, text: () => `PromQL warning: ${text}` })
  }

  info(text: string, position: Position): void {
    this.#annotations.set(text, { level: 'info', position, text: () => `PromQL info: ${text}` })
  }

  /** Counts repeated overlaps in one warning. */
  startTimeOverlap(metricName: string, position: Position): void {
    const text = `PromQL warning: sample has start time that overlaps with previous sample timestamp for metric ${quote(metricName)}`
    const count = (this.#overlaps.get(text) ?? 0) + 1
    this.#overlaps.set(text, count)
    const suffix = count > 1 ? ` (${count} occurrences)` : ''
    this.#annotations.set(text, { level: 'warning', position, text: () => text + suffix })
  }

  /** Sums up repeated corrections in one info. */
  forcedMonotonicity(found: ForcedMonotonicity, position: Position): void {
    const text =
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity ' +
      '(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)' +
      forMetric(found.metricName)
    const known = this.#annotations.get(text)
    const merged =
      known instanceof MonotonicityInfo ? known.merge(found, position) : new MonotonicityInfo(text, found, position)
    this.#annotations.set(text, merged)
  }

  /** The texts with ` (line:column)` of their position in the query, sorted. */
  texts(level: Level, query: string): string[] {
    return [...this.#annotations.values()]
      .filter((annotation) => annotation.level === level)
      .map((annotation) => `${annotation.text()} (${lineAndColumn(query, annotation.position)})`)
      .sort()
  }
}

class MonotonicityInfo implements Annotation {
  readonly level = 'info'
  readonly position: Position
  readonly #text: string
  readonly #found: ForcedMonotonicity
  readonly #fromMs: number
  readonly #toMs: number
  readonly #count: number

  constructor(
    text: string,
    found: ForcedMonotonicity,
    position: Position,
    seen = { from: Infinity, to: -Infinity, count: 0 },
  ) {
    this.position = position
    this.#text = text
    this.#found = found
    this.#fromMs = Math.min(seen.from, found.timeMs)
    this.#toMs = Math.max(seen.to, found.timeMs)
    this.#count = seen.count + 1
  }

  merge(found: ForcedMonotonicity, position: Position): MonotonicityInfo {
    const widest = {
      metricName: found.metricName,
      timeMs: found.timeMs,
      minBucket: Math.min(found.minBucket, this.#found.minBucket),
      maxBucket: Math.max(found.maxBucket, this.#found.maxBucket),
      maxDiff: Math.max(found.maxDiff, this.#found.maxDiff),
    }
    const seen = { from: this.#fromMs, to: this.#toMs, count: this.#count }
    return new MonotonicityInfo(this.#text, widest, position, seen)
  }

  text(): string {
    const { minBucket, maxBucket, maxDiff } = this.#found
    const buckets = `from buckets ${formatShort(minBucket)} to ${formatShort(maxBucket)}`
    const times = `from ${rfc3339(this.#fromMs)} to ${rfc3339(this.#toMs)}`
    return `${this.#text}, ${buckets}, with a max diff of ${formatRounded(maxDiff, 2)}, over ${this.#count} samples ${times}`
  }
}

/** ` for metric name "x"`, or nothing when the name is not known. */
export function forMetric(metricName: string): string {
  return metricName === '' ? '' : ` for metric name ${quote(metricName)}`
}

function rfc3339(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** `line:column` of the beginning of a position, both from 1; columns count bytes of UTF-8, as in Prometheus. */
function lineAndColumn(query: string, position: Position): string {
  if (query === '') return 'unknown position'
  const before = query.slice(0, position.start)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return `${line}:${Buffer.byteLength(before.slice(lineStart)) + 1}`
}
