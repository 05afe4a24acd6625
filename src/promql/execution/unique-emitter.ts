import { ExecutionError } from '../errors.ts'
import type { Column, Emit } from './column.ts'
import { SAME_LABELSET } from './distinct-labels.ts'
import type { Pace } from './pace.ts'
import { emitAll } from './paced.ts'
import { HeldColumns, mayCollide, type QueryContext } from './query-context.ts'

/**
 * Passes columns on and sees to it that each label set comes once: series that became equal (because their names were
 * dropped) are one when they never have a value at the same step, and an error when they do.
 * Columns go straight on where that cannot happen, as with delayed name removal, where names still tell series apart.
 */
export class UniqueEmitter {
  readonly #emit: Emit
  readonly #merger: LabelsetMerger | undefined

  /** `oneName`: the series stay apart without their names. */
  constructor(context: QueryContext, emit: Emit, oneName: boolean) {
    this.#emit = emit
    this.#merger = mayCollide(context, oneName) ? new LabelsetMerger(context) : undefined
  }

  emit(column: Column): void {
    if (this.#merger === undefined) this.#emit(column)
    else this.#merger.add(column)
  }

  /** To be called after the last column. */
  async finish(): Promise<void> {
    await this.#merger?.emitTo(this.#emit)
  }
}

/** Collects columns and merges those with equal labels: series that follow each other in time become one. */
export class LabelsetMerger {
  readonly #held: HeldColumns
  readonly #pace: Pace
  readonly #byKey = new Map<string, Column>()

  constructor(context: QueryContext) {
    this.#held = new HeldColumns(context)
    this.#pace = context.pace
  }

  /** Takes a lent column. Throws `ExecutionError` when an equal series has a value at the same step. */
  add(column: Column): void {
    const known = this.#byKey.get(column.labels.key)
    if (known !== undefined) return mergeInto(known, column)
    this.#byKey.set(column.labels.key, this.#held.keep(column))
  }

  /** Takes columns that are not lent, giving way between them. */
  async addAll(columns: Iterable<Column>): Promise<void> {
    await emitAll(columns, (column) => this.add(column), this.#pace)
  }

  async emitTo(emit: Emit): Promise<void> {
    await emitAll(this.#byKey.values(), emit, this.#pace)
    this.#held.release()
  }
}

/** Adds the values of a column to those of another. Throws `ExecutionError` where both have one. */
function mergeInto(target: Column, source: Column): void {
  for (let step = 0; step < source.present.length; step++) {
    if (source.present[step] !== 1) continue
    if (target.present[step] === 1) throw new ExecutionError(SAME_LABELSET)
    target.present[step] = 1
    target.values[step] = source.values[step]!
  }
}
