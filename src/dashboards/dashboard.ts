import type { LocalizedText } from '../catalogue/entry.ts'

/** A dashboard as data. Our pages and Grafana's JSON are two renderings of it. */
export interface Dashboard {
  readonly id: string
  readonly title: LocalizedText
  readonly rows: readonly DashboardRow[]
}

export interface DashboardRow {
  readonly title: LocalizedText
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly id: string
  readonly title: LocalizedText
  readonly description: LocalizedText
  readonly kind: 'time-series' | 'stat'
  /** In the catalogue's words. */
  readonly unit: string
  /** All are drawn in one chart. Several alternatives of one query are written as sources of a catalogue entry instead. */
  readonly queries: readonly PanelQuery[]
  readonly thresholds: { readonly warning: number; readonly critical: number } | null
  readonly worse: 'higher' | 'lower' | null
}

export interface PanelQuery {
  /** PromQL; `$window` stands for the rate window. */
  readonly expr: string
  /** Labels in braces are filled in: `{{model}} p95`. */
  readonly legend: string
}
