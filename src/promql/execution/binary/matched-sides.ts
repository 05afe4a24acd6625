import type { Labels } from '../../../model/labels.ts'
import type { VectorMatching } from '../../parser/ast.ts'
import type { Steps } from '../../../util/steps.ts'
import type { Column } from '../column.ts'
import type { Grid } from '../grid.ts'
import { labelText } from '../label-text.ts'
import type { MatchingFault } from './match-guard.ts'
import { Signatures } from './signatures.ts'

export interface SidesOptions {
  readonly matching: VectorMatching
  readonly many: readonly Column[]
  readonly one: readonly Column[]
  readonly grid: Grid
}

interface Overlap {
  readonly step: number
  readonly pair: readonly [Column, Column]
}

/** The two sides of a binary operation, series found by what they are matched on. */
export class MatchedSides {
  readonly many: readonly Column[]
  readonly one: readonly Column[]
  readonly #matching: VectorMatching
  readonly #signatures: Signatures
  readonly #partners = new Map<number, Column[]>()
  /** Steps at which there is anything to compute. Elsewhere not even duplicates are an error. */
  readonly #active: Uint8Array

  private constructor(options: SidesOptions) {
    this.many = options.many
    this.one = options.one
    this.#matching = options.matching
    this.#signatures = new Signatures(options.matching)
    this.#active = new Uint8Array(options.grid.count)
  }

  /** Goes through both sides in steps. */
  static *matching(options: SidesOptions): Steps<MatchedSides> {
    const sides = new MatchedSides(options)
    for (const column of options.one) {
      sides.#addPartner(column)
      yield
    }
    const { fill } = options.matching
    const fills = fill.left !== null || fill.right !== null
    const many = yield* anyPresent(options.many, options.grid.count)
    const one = yield* anyPresent(options.one, options.grid.count)
    sides.#active.set(many.map((present, step) => (fills ? present | one[step]! : present & one[step]!)))
    return sides
  }

  #addPartner(column: Column): void {
    const signature = this.signatureOf(column)
    const partners = this.#partners.get(signature)
    if (partners === undefined) this.#partners.set(signature, [column])
    else partners.push(column)
  }

  /** Whether any two series meet. */
  get meet(): boolean {
    return this.many.some((many) => this.partnersOf(many).some((one) => this.both(many, one).includes(1)))
  }

  signatureOf(column: Column): number {
    return this.#signatures.numberOf(column.labels)
  }

  matchedLabels(labels: Labels): Labels {
    return this.#signatures.matchedLabels(labels)
  }

  partnersOf(many: Column): readonly Column[] {
    return this.#partners.get(this.signatureOf(many)) ?? []
  }

  activeSteps(column: Column): Uint8Array {
    return column.present.map((present, step) => present & this.#active[step]!)
  }

  /** The steps at which both have a value. */
  both(many: Column, one: Column): Uint8Array {
    return many.present.map((present, step) => present & one.present[step]!)
  }

  /** The steps at which a series of the "many" side has no partner. */
  unmatched(many: Column): Uint8Array {
    const steps = this.activeSteps(many)
    for (const one of this.partnersOf(many)) {
      for (let step = 0; step < steps.length; step++) if (one.present[step] === 1) steps[step] = 0
    }
    return steps
  }

  /** The first step at which two series of the "one" side have the same matching labels, if there is one. */
  duplicate(): MatchingFault | undefined {
    let first: Overlap | undefined
    for (const columns of this.#partners.values()) {
      if (columns.length < 2) continue
      const found = this.#firstOverlap(columns)
      if (found !== undefined && (first === undefined || found.step < first.step)) first = found
    }
    return first === undefined ? undefined : { step: first.step, message: this.#describe(...first.pair) }
  }

  #firstOverlap(columns: readonly Column[]): Overlap | undefined {
    const owners = new Int32Array(this.#active.length).fill(-1)
    let first: Overlap | undefined
    for (const [index, column] of columns.entries()) {
      for (let step = 0; step < owners.length && step < (first?.step ?? Infinity); step++) {
        if (column.present[step] !== 1 || this.#active[step] === 0) continue
        const owner = columns[owners[step]!]
        if (owner === undefined) owners[step] = index
        else first = { step, pair: [owner, column] }
      }
    }
    return first
  }

  #describe(a: Column, b: Column): string {
    const side = this.#matching.cardinality === 'one-to-many' ? 'left' : 'right'
    const group = labelText(this.matchedLabels(a.labels))
    const series = [labelText(a.labels), labelText(b.labels)].sort().join(', ')
    return (
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${series}]` +
      ';many-to-many matching not allowed: matching labels must be unique on one side'
    )
  }
}

function* anyPresent(columns: readonly Column[], stepCount: number): Steps<Uint8Array> {
  const any = new Uint8Array(stepCount)
  for (const { present } of columns) {
    for (let step = 0; step < stepCount; step++) any[step]! |= present[step]!
    yield
  }
  return any
}
