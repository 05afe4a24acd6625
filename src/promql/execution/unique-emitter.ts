import { ExecutionError } from '../errors.ts'
import type { Column, Emit } from './column.ts'
import { SAME_LABELSET } from './distinct-labels.ts'
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
  finish(): void {
    this.#merger?.emitTo(this.#emit)
  }
}

/** Collects columns and merges those with equal labels: series that follow each other in time become one. */
export class LabelsetMerger {
  readonly #held: HeldColumns
  readonly #byKey = new Map<string, Column>()

  constructor(context: QueryContext) {
    this.#held = new HeldColumns(context)
  }

  /** Takes a lent column. Throws `ExecutionError` when an equal series has a value at the same step. */
  add(column: Column): void {
    const known = this.#byKey.get(column.labels.key)
    if (known !== undefined) return mergeInto(known, column)
    this.#byKey.set(column.labels.key, this.#held.keep(column))
  }

  emitTo(emit: Emit): void {
    for (const column of this.#byKey.values()) emit(column)
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
