import type { Evaluation } from '../model/evaluation.ts'
import type { Event } from '../model/event.ts'
import type { LogRecord } from '../model/log-record.ts'
import type { SampleBatch } from '../model/sample.ts'
import type { SampleStore, TimeRange } from './sample-store.ts'
import type { RequestCosts } from './request-costs.ts'
import type { RequestExplorer } from './request-explorer.ts'
import type { RequestStore } from './request-store.ts'
import type { StateStore } from './state-store.ts'

/** The store cannot take or give data now; trying again later may succeed. */
export class StoreUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreUnavailableError'
  }
}

/** Samples were refused and will be again when they are sent again; `taken` is what was committed all the same. */
export class SamplesRefusedError extends Error {
  readonly taken: SampleBatch
  constructor(message: string, taken: SampleBatch) {
    super(message)
    this.name = 'SamplesRefusedError'
    this.taken = taken
  }
}

/**
 * Series were refused because there are too many; `taken` is what was committed all the same. The same series sent again are refused
 * again until others have ended or the limit is raised.
 */
export class SeriesLimitError extends SamplesRefusedError {
  readonly refusedSeries: number
  constructor(message: string, taken: SampleBatch, refusedSeries: number) {
    super(message, taken)
    this.name = 'SeriesLimitError'
    this.refusedSeries = refusedSeries
  }
}

/** The data directory or database was written by a newer version of the program than this one. */
export class NewerSchemaError extends Error {
  constructor(location: string, found: number, supported: number) {
    super(
      `${location} has schema version ${found}, this program knows versions up to ${supported}: ` +
        'start a newer tetrascope, or give another directory with --data',
    )
    this.name = 'NewerSchemaError'
  }
}

/** Another process works on the data directory. */
export class DirectoryInUseError extends Error {
  constructor(directory: string, pid: number) {
    super(
      `the data directory ${directory} is in use by process ${pid}: ` +
        'stop that process, or give another directory with --data',
    )
    this.name = 'DirectoryInUseError'
  }
}

/**
 * Every write below resolves when the data is committed (it survives a kill of the process from then on)
 * and rejects with `StoreUnavailableError` when it cannot be taken now.
 */
export interface EvaluationStore {
  /** The same (trace, span, evaluator, version) written again replaces the earlier result. */
  writeEvaluations(evaluations: readonly Evaluation[]): Promise<void>
  /** Of one span, all evaluators and versions. */
  evaluationsOf(traceId: string, spanId: string): Promise<Evaluation[]>
  /** Of all requests that were evaluated in the range, newest first. */
  evaluations(query: EvaluationQuery): Promise<Evaluation[]>
  /** How many of the range, by evaluator, version and model; in no order. */
  evaluationTotals(range: TimeRange): Promise<EvaluationTotals[]>
}

export interface EvaluationTotals {
  readonly evaluator: string
  readonly evaluatorVersion: string
  readonly model: string
  readonly count: number
  readonly flagged: number
  readonly scoreSum: number
}

export interface EvaluationQuery {
  readonly range: TimeRange
  readonly evaluator?: string
  readonly verdict?: Evaluation['verdict']
  readonly limit: number
}

export interface EventStore {
  /** An event whose id is already stored replaces it. */
  writeEvents(events: readonly Event[]): Promise<void>
  /** Newest first. */
  events(query: EventQuery): Promise<Event[]>
}

export interface EventQuery {
  readonly range: TimeRange
  readonly type?: Event['type']
  readonly userId?: string
  readonly sessionId?: string
  readonly traceId?: string
  readonly limit: number
}

export interface LogStore {
  writeLogs(records: readonly LogRecord[]): Promise<void>
  /** Newest first. */
  logs(query: LogQuery): Promise<LogRecord[]>
}

export interface LogQuery {
  readonly range: TimeRange
  readonly level?: LogRecord['level']
  readonly service?: string
  readonly traceId?: string
  /** Every word must occur in the body, in any case. */
  readonly text?: string
  readonly limit: number
}

/** All that the product keeps. One implementation, `clickhouse`, embedded or remote; `memory` for tests and short-lived tools. */
export interface Store {
  readonly samples: SampleStore
  readonly requests: RequestStore
  readonly explorer: RequestExplorer
  readonly costs: RequestCosts
  readonly evaluations: EvaluationStore
  readonly events: EventStore
  readonly logs: LogStore
  readonly state: StateStore
  /** Commits what is under way, then lets go of files and connections. Idempotent. */
  close(): Promise<void>
}
