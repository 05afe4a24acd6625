import type { Labels } from '../../../model/labels.ts'
import { ExecutionError } from '../../errors.ts'
import type { VectorMatching } from '../../parser/ast.ts'

/** Sees to it that no step pairs more series than the matching allows, and remembers which steps are paired at all. */
export class MatchGuard {
  readonly #grouped: boolean
  readonly #stepCount: number
  /** By signature the steps that have a pair. */
  readonly #matched = new Map<number, Uint8Array>()
  /** By signature and result labels, for grouped matching. */
  readonly #results = new Map<string, Uint8Array>()

  constructor(matching: VectorMatching, stepCount: number) {
    this.#grouped = matching.cardinality !== 'one-to-one'
    this.#stepCount = stepCount
  }

  /** Notes a pair. Throws `ExecutionError` when it may not be. */
  match(signature: number, labels: Labels, steps: Uint8Array): void {
    const again = mark(this.#matched, signature, steps)
    if (!this.#grouped && again) {
      throw new ExecutionError(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      )
    }
    if (this.#grouped && mark(this.#results, `${signature} ${labels.key}`, steps)) {
      throw new ExecutionError('multiple matches for labels: grouping labels must ensure unique matches')
    }
  }

  /** Of the given steps those without a pair for the signature. */
  unmatched(signature: number, steps: Uint8Array): Uint8Array {
    const matched = this.#matched.get(signature) ?? new Uint8Array(this.#stepCount)
    return steps.map((step, i) => (matched[i] === 1 ? 0 : step))
  }
}

/** Marks steps; true when one was marked before. */
function mark<K>(marks: Map<K, Uint8Array>, key: K, steps: Uint8Array): boolean {
  const known = marks.get(key)
  if (known === undefined) {
    marks.set(key, steps.slice())
    return false
  }
  let overlaps = false
  for (let step = 0; step < steps.length; step++) {
    if ((known[step]! & steps[step]!) === 1) overlaps = true
    known[step]! |= steps[step]!
  }
  return overlaps
}
