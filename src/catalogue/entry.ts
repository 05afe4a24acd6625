/** The four layers of an AI system, from the machine up to the user. */
export const LAYERS = ['infrastructure', 'application', 'model_quality', 'business'] as const
export type Layer = (typeof LAYERS)[number]

export type EntryType = 'counter' | 'gauge' | 'histogram'

export interface LocalizedText {
  readonly en: string
  readonly zh: string
}

/** The declaration of one standard metric. Health, terminal, pages, Grafana dashboards and default rules are derived from it. */
export interface CatalogueEntry {
  readonly name: string
  readonly layer: Layer
  readonly type: EntryType
  /** `%`, `GB`, `C`, `W`, `ms`, `USD`, `tokens/s`, `req/s`, `PSI` ...; '' for a plain count. */
  readonly unit: string
  readonly title: LocalizedText
  readonly description: LocalizedText
  /** Null for metrics of which more or less says nothing by itself. */
  readonly worse: 'higher' | 'lower' | null
  readonly thresholds: Thresholds | null
  /** Ordered by preference: the first source with data feeds the entry. When all are silent the entry says so. */
  readonly sources: readonly Source[]
  /** Shown on the overview and in the terminal; the others only where somebody asks for all. */
  readonly headline: boolean
}

export interface Thresholds {
  readonly warning: number
  readonly critical: number
}

/**
 * One way to feed an entry. Expressions are PromQL with two placeholders: `$window` (a duration) and `$quantile` (0-1).
 * Each gives at most one sample, in the entry's unit.
 */
export interface Source {
  /** Where the series come from: `host`, `dcgm`, `vllm`, `sglang`, `tgi`, `triton`, `kubernetes`, `requests`, `events` ... */
  readonly from: string
  readonly value: string
  /** The quantile over the window; null where a quantile has no meaning. */
  readonly quantile: string | null
}

/** Writes a source's expression out for a window and, where it has one, a quantile. */
export function fillIn(expression: string, window: string, quantile = 0.95): string {
  return expression.replaceAll('$window', window).replaceAll('$quantile', String(quantile))
}

/** A gauge source: its value now, and the quantile of that value over the window (sampled by a subquery). */
export function gaugeSource(from: string, value: string): Source {
  return { from, value, quantile: `quantile_over_time($quantile, (${value})[$window:15s])` }
}

/** A source over a classic histogram whose unit is `factor` times the entry's (seconds → ms: 1000). The value is the mean of the window. */
export function histogramSource(from: string, metric: string, factor = 1): Source {
  const scale = factor === 1 ? '' : ` * ${factor}`
  return {
    from,
    value: `sum(rate(${metric}_sum[$window])) / (sum(rate(${metric}_count[$window])) > 0)${scale}`,
    quantile: `histogram_quantile($quantile, sum by (le) (rate(${metric}_bucket[$window])))${scale} >= 0`,
  }
}

/** A share in percent of two counters' growth in the window; silent when nothing happened, because 0 of 0 is not 0 %. */
export function shareSource(from: string, part: string, whole: string): Source {
  return {
    from,
    value: `100 * (sum(increase(${part}[$window])) or vector(0)) / (sum(increase(${whole}[$window])) > 0)`,
    quantile: null,
  }
}

/** The flagged share of one evaluator's verdicts, percent. */
export function flaggedShare(evaluator: string): Source {
  const series = `llm_evaluation_verdicts_total{evaluator="${evaluator}"}`
  return shareSource('evaluations', `llm_evaluation_verdicts_total{evaluator="${evaluator}",verdict="flagged"}`, series)
}

/** The mean score of one evaluator in the window, percent. */
export function meanScore(evaluator: string): Source {
  const metric = 'llm_evaluation_score'
  const selector = `{evaluator="${evaluator}"}[$window]`
  return {
    from: 'evaluations',
    value: `100 * sum(rate(${metric}_sum${selector})) / (sum(rate(${metric}_count${selector})) > 0)`,
    quantile: `100 * histogram_quantile($quantile, sum by (le) (rate(${metric}_bucket${selector}))) >= 0`,
  }
}
