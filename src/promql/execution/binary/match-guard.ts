import type { Labels } from '../../../model/labels.ts'
import { ExecutionError } from '../../errors.ts'
import type { VectorMatching } from '../../parser/ast.ts'

/** Series that may not be paired, at the first step at which they would be. */
export interface MatchingFault {
  readonly step: number
  readonly message: string
}

/** Sees to it that no step pairs more series than the matching allows, and remembers which steps are paired at all. */
export class MatchGuard {
  readonly #grouped: boolean
  readonly #stepCount: number
  /** By signature the steps that have a pair. */
  readonly #matched = new Map<number, Uint8Array>()
  /** By signature and result labels, for grouped matching. */
  readonly #results = new Map<string, Uint8Array>()
  #fault: MatchingFault | undefined

  constructor(matching: VectorMatching, stepCount: number) {
    this.#grouped = matching.cardinality !== 'one-to-one'
    this.#stepCount = stepCount
  }

  /** Notes a pair. */
  match(signature: number, labels: Labels, steps: Uint8Array): void {
    const again = mark(this.#matched, signature, steps)
    if (!this.#grouped) {
      this.#note(again, 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)')
      return
    }
    const same = mark(this.#results, `${signature} ${labels.key}`, steps)
    this.#note(same, 'multiple matches for labels: grouping labels must ensure unique matches')
  }

  #note(step: number, message: string): void {
    if (step >= 0 && (this.#fault === undefined || step < this.#fault.step)) this.#fault = { step, message }
  }

  /** Throws `ExecutionError` when there was a fault at any step; that of the first step counts, at equal steps `other`. */
  require(other: MatchingFault | undefined): void {
    const fault = [other, this.#fault].filter((found) => found !== undefined).sort((a, b) => a.step - b.step)[0]
    if (fault !== undefined) throw new ExecutionError(fault.message)
  }

  /** Of the given steps those without a pair for the signature. */
  unmatched(signature: number, steps: Uint8Array): Uint8Array {
    const matched = this.#matched.get(signature) ?? new Uint8Array(this.#stepCount)
    return steps.map((step, i) => (matched[i] === 1 ? 0 : step))
  }
}

/** Marks steps; gives the first that was marked before, else -1. */
function mark<K>(marks: Map<K, Uint8Array>, key: K, steps: Uint8Array): number {
  const known = marks.get(key)
  if (known === undefined) {
    marks.set(key, steps.slice())
    return -1
  }
  let first = -1
  for (let step = 0; step < steps.length; step++) {
    if ((known[step]! & steps[step]!) === 1 && first === -1) first = step
    known[step]! |= steps[step]!
  }
  return first
}
