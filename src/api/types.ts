/** What our own resources under /api/tetrascope/v1 send. The pages import these types and nothing else from the server. */
import type { Acknowledgement } from '../alerting/acknowledgement/acknowledgement.ts'
import type { HistoryEvent } from '../alerting/history.ts'
import type { LocalizedText, Layer } from '../catalogue/entry.ts'
import type { HealthStatus } from '../catalogue/health.ts'
import type { EmbeddingDrift } from '../drift/embedding-drift.ts'
import type { FeatureDrift } from '../drift/feature-drift.ts'
import type { ComparisonLine } from '../evaluation/comparison/compare-figures.ts'
import type { ModelChange } from '../evaluation/probes/model-change.ts'
import type { ItemResult, ProbeSummary } from '../evaluation/probes/probe-run.ts'
import type { QualityReport } from '../evaluation/report/quality-report.ts'
import type { ModelTruth } from '../evaluation/truth/truth-report.ts'
import type { FollowedFileStatus } from '../ingest/files/file-following.ts'
import type { Evaluation } from '../model/evaluation.ts'
import type { Event } from '../model/event.ts'
import type { LogRecord } from '../model/log-record.ts'
import type { Span } from '../model/span.ts'
import type { Request } from '../model/request.ts'
import type { BudgetStatus } from '../pricing/budget-tracker.ts'
import type { UnpricedModel } from '../pricing/price-table.ts'
import type { SelfHostedUse } from '../pricing/self-hosted.ts'
import type { CostField, CostSums } from '../storage/request-costs.ts'
import type { Facets, HistogramStep, RequestGroup, RequestSums, Session } from '../storage/request-explorer.ts'
import type { RequestPage, RequestTotals } from '../storage/request-store.ts'

export type { Dashboard, Panel } from '../dashboards/dashboard.ts'
export type { RequestRow } from '../storage/request-store.ts'
export type { Comparison, DriftBin, DriftLevel } from '../drift/comparison.ts'
export type { FollowedFileStatus } from '../ingest/files/file-following.ts'
export type { ComparisonLine, Estimate } from '../evaluation/comparison/compare-figures.ts'
export type { ComparedRate, EvaluatorReport, WorstExample } from '../evaluation/report/quality-report.ts'
export type { RequestField } from '../storage/request-explorer.ts'
export type { BudgetStatus, CostField }
export type { EmbeddingDrift, ModelTruth }
export type { FeatureDrift, HealthStatus, Layer, LocalizedText }

/** GET /health */
export interface HealthBody {
  readonly timeMs: number
  readonly windowMs: number
  readonly status: HealthStatus
  readonly layers: readonly LayerBody[]
}

export interface LayerBody {
  readonly layer: Layer
  readonly title: LocalizedText
  readonly status: HealthStatus
  readonly readings: readonly ReadingBody[]
}

export interface ReadingBody {
  readonly name: string
  readonly title: LocalizedText
  readonly description: LocalizedText
  readonly unit: string
  readonly value: number | null
  readonly p95: number | null
  readonly status: HealthStatus
  /** The source that answered; null when all are silent. */
  readonly from: string | null
  readonly thresholds: { readonly warning: number; readonly critical: number } | null
  readonly worse: 'higher' | 'lower' | null
}

/** GET /requests */
export type RequestsBody = RequestPage

/** GET /requests/facets: for each field that was asked for its most frequent values. */
export interface FacetsBody {
  readonly facets: Facets
}

/** GET /requests/histogram; steps without requests are left out. */
export interface HistogramBody {
  readonly stepMs: number
  readonly steps: readonly HistogramStep[]
}

/** GET /requests/groups, most requests first. */
export interface GroupsBody {
  readonly groups: readonly RequestGroup[]
}

/** GET and POST /requests/compare: each group in sums, and line by line what is sure of their difference. */
export interface ComparisonBody {
  readonly a: RequestSums
  readonly b: RequestSums
  readonly lines: readonly ComparisonLine[]
}

/** GET /sessions, newest first. */
export interface SessionsBody {
  readonly sessions: readonly Session[]
}

/** GET /sessions/:id, oldest first. */
export interface SessionBody {
  readonly turns: readonly Request[]
}

/** DELETE /requests: how many spans are gone. */
export interface DeletedBody {
  readonly spans: number
}

/** GET /requests/totals */
export interface TotalsBody {
  readonly models: readonly RequestTotals[]
}

/** GET /requests/:traceId/:spanId */
export interface RequestBody {
  readonly span: Span
  readonly costUsd: number | undefined
  readonly evaluations: readonly Evaluation[]
}

/** GET /requests/:traceId/:spanId/labels: feedback and ground truths, newest first. */
export interface LabelsBody {
  readonly labels: readonly Event[]
}

/** GET /pricing/unpriced: models whose requests have no known cost, or cost nothing. */
export interface UnpricedBody {
  readonly models: readonly UnpricedModel[]
}

/** GET /pricing/self-hosted: what own hardware cost in the range, and how much of it was idle. */
export interface SelfHostedBody {
  readonly models: readonly SelfHostedUse[]
}

/** GET /budgets: how much of each is used, in the order of the configuration. */
export interface BudgetsBody {
  readonly budgets: readonly BudgetStatus[]
}

/** A sum of known costs in US dollars: an exact decimal such as `0.003456789`. */
export type UsdText = string

export interface CostBody extends Omit<CostSums, 'nanoUsd'> {
  readonly costUsd: UsdText
}

/** GET /costs: of the range, and of the one of the same length before it. */
export interface CostsBody {
  readonly now: CostBody
  readonly before: CostBody
  readonly cacheSaving: CacheSavingBody
}

/** What caching saved in the range; negative where it cost more. Of `unknown` more requests with cached tokens it cannot be said. */
export interface CacheSavingBody {
  readonly savedUsd: UsdText
  readonly requests: number
  readonly unknown: number
}

/** GET /costs/groups, the most expensive first. */
export interface CostGroupsBody {
  readonly groups: ReadonlyArray<CostBody & { readonly value: string }>
}

/** GET /costs/steps: steps and models without known costs are left out. */
export interface CostStepsBody {
  readonly stepMs: number
  readonly steps: ReadonlyArray<{ readonly startMs: number; readonly model: string; readonly costUsd: UsdText }>
}

/** GET /traces/:traceId */
export interface TraceBody {
  readonly spans: readonly Span[]
}

/** GET /logs */
export interface LogsBody {
  readonly logs: readonly LogRecord[]
}

/** GET /dashboards */
export interface DashboardsBody {
  readonly dashboards: ReadonlyArray<{ readonly id: string; readonly title: LocalizedText }>
}

/** GET /alerts: what fires, in the groups in which it is told of. */
export interface AlertGroupsBody {
  readonly groups: ReadonlyArray<{
    readonly receiver: string
    readonly key: string
    readonly labels: Readonly<Record<string, string>>
    readonly alerts: readonly FiringAlertBody[]
  }>
}

export interface FiringAlertBody {
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAtMs: number
  readonly generatorUrl: string
  /** Ids of silences. */
  readonly silencedBy: readonly string[]
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[]
  readonly acknowledgement: Acknowledgement | null
}

/** DELETE /alerts/acknowledgements: fingerprints of the alerts that nobody looks after any more. */
export interface WithdrawnBody {
  readonly withdrawn: readonly string[]
}

/** POST /alerts/acknowledgements: fingerprints of the alerts that somebody now looks after. */
export interface AcknowledgedBody {
  readonly acknowledged: readonly string[]
}

/** GET /alerts/history, newest first. */
export interface AlertHistoryBody {
  readonly events: readonly HistoryEvent[]
  /** Of the next page; null when this is the last. */
  readonly cursor: string | null
}

/** POST of a batch: how many were taken, and what was wrong with the others. */
export interface AcceptedBody {
  readonly accepted: number
  readonly rejected: ReadonlyArray<{ readonly index: number; readonly error: string }>
}

/** GET, POST /evaluations/reruns */
export interface ReevaluationBody {
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  readonly startedMs: number
  readonly endedMs: number | null
  readonly fromMs: number
  readonly toMs: number
  readonly evaluators: readonly string[] | null
  readonly model: string | null
  readonly total: number
  readonly requests: number
  readonly evaluations: number
  readonly failures: number
  readonly error: string
}

/** GET /probes. Times are milliseconds since 1970; null where nothing has run yet. */
export interface ProbesBody {
  readonly probes: readonly ProbeBody[]
}

export interface ProbeBody {
  readonly name: string
  readonly model: string
  readonly items: number
  readonly intervalMs: number
  readonly baseline: 'rolling' | 'pinned'
  readonly baselineRuns: number
  readonly isRunning: boolean
  readonly nextRunMs: number | null
  readonly lastRun: ProbeRunBody | null
  /** Why the last run speaks for another model than the baseline. */
  readonly changes: readonly ModelChange[]
}

export interface ProbeRunBody extends ProbeSummary {
  readonly startedMs: number
  readonly endedMs: number
  readonly answeredBy: readonly string[]
  readonly fingerprints: readonly string[]
  /** Failed and unanswered items, with what was expected and found. */
  readonly failing: ReadonlyArray<Pick<ItemResult, 'id' | 'outcome' | 'failures' | 'error' | 'latencyMs'>>
}

/** GET /drift: how far the newest requests have moved from the reference. */
export interface DriftBody {
  /** Null before the first comparison. */
  readonly comparedMs: number | null
  readonly currentMs: number
  readonly reference: DriftReferenceBody
  /** With fewer requests on a side a feature is counted and not compared. */
  readonly minRequests: number
  /** The farthest moved first; without a `comparison` where a side has too few requests. */
  readonly features: readonly FeatureDrift[]
  /** Of models whose requests came with embeddings. */
  readonly embeddings: readonly EmbeddingDrift[]
}

export interface DriftReferenceBody {
  readonly kind: 'rolling' | 'window' | 'pinned' | 'weekly' | 'file'
  /** Length of a rolling reference; null for the others. */
  readonly durationMs: number | null
  /** Why there is none; null when there is one. */
  readonly problem: string | null
}

/** GET /drift/pins: names under which references are kept. */
export interface DriftPinsBody {
  readonly pins: readonly string[]
}

/** GET /quality/report */
export type QualityReportBody = QualityReport

/** GET /quality/truth */
export interface TruthBody {
  readonly models: readonly ModelTruth[]
}

/** GET /cardinality: of the series in memory, each list the worst first. */
export interface CardinalityBody {
  readonly series: number
  /** 0: no limit. */
  readonly limits: { readonly series: number; readonly seriesPerMetric: number }
  readonly metrics: ReadonlyArray<{ readonly name: string; readonly series: number; readonly share: number }>
  readonly labels: ReadonlyArray<{ readonly name: string; readonly values: number }>
  readonly pairs: ReadonlyArray<{ readonly pair: string; readonly series: number }>
}

/** GET /files: the files that are followed. */
export interface FilesBody {
  readonly files: readonly FollowedFileStatus[]
}

/** POST /import: what became of the lines of a file. */
export interface ImportBody {
  readonly lines: number
  readonly requests: number
  readonly events: number
  readonly logs: number
  /** Lines that were not taken; the first of them are in `problems`. */
  readonly rejected: number
  readonly problems: ReadonlyArray<{ readonly line: number; readonly error: string }>
}
