import type { Labels } from '../../model/labels.ts'
import type { SampleReader } from '../../storage/sample-store.ts'
import type { Features } from '../engine.ts'
import { ExecutionError } from '../errors.ts'
import type { Annotations } from './annotations.ts'
import { countPresent, type Column } from './column.ts'
import { ColumnRoom } from './column-room.ts'
import { dropMetadata } from './metadata-labels.ts'
import type { Pace } from './pace.ts'
import type { SecondThread } from './second-thread/second-thread.ts'

/** Counts what a query reads and holds, and refuses to hold more than the limit. */
export class Accounts {
  seriesTouched = 0
  samplesTouched = 0
  peakSamples = 0
  #held = 0
  readonly #maxSamples: number

  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples
  }

  /** Notes that `samples` more are kept in memory. Throws `ExecutionError` beyond the limit. */
  hold(samples: number): void {
    this.#held += samples
    if (this.#held > this.peakSamples) this.peakSamples = this.#held
    if (this.#held > this.#maxSamples) {
      throw new ExecutionError('query processing would load too many samples into memory in query execution')
    }
  }

  release(samples: number): void {
    this.#held -= samples
  }
}

/** What the operators of one query share. */
export interface QueryContext {
  readonly reader: SampleReader
  readonly features: Features
  readonly lookbackMs: number
  readonly annotations: Annotations
  readonly accounts: Accounts
  readonly pace: Pace
  /** Where leaves may be computed besides the main thread. */
  readonly secondThread: SecondThread | undefined
  /** Compare all series wherever names are dropped, also where the plan says that they cannot become equal. */
  readonly compareAll: boolean
}

/** A series has a type or unit label, which goes with its name, so that the plan's word that series stay apart does not hold. */
export class CompareAllSignal extends Error {}

/**
 * The labels of a result that no longer is what its name says: without name, type and unit, at once or at the end of
 * the query. Throws `CompareAllSignal` when the query has to begin again with `compareAll`.
 */
export function renamed(context: QueryContext, labels: Labels): Labels {
  if (context.features.delayedNameRemoval) return labels
  const kept = dropMetadata(labels)
  if (!context.compareAll && kept.size < labels.size - 1) throw new CompareAllSignal()
  return kept
}

/** Whether series may have become equal by losing their names, unless they all had one name before. */
export function mayCollide(context: QueryContext, oneName: boolean): boolean {
  return !context.features.delayedNameRemoval && (context.compareAll || !oneName)
}

/** Columns that are kept for a while, counted against the limit. */
export class HeldColumns {
  readonly columns: Column[] = []
  readonly #accounts: Accounts
  readonly #room = new ColumnRoom()
  #samples = 0

  constructor(context: QueryContext) {
    this.#accounts = context.accounts
  }

  /** Copies a lent column. */
  keep(column: Column): Column {
    const samples = countPresent(column.present)
    this.#samples += samples
    this.#accounts.hold(samples)
    const copy = this.#room.copy(column)
    this.columns.push(copy)
    return copy
  }

  release(): void {
    this.#accounts.release(this.#samples)
    this.#samples = 0
  }
}
