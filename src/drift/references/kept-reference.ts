import type { StateStore } from '../../storage/state-store.ts'
import { SketchSet } from '../sketch-set.ts'
import type { Reference } from './reference.ts'

const KIND = 'drift-reference'

/** Keeps the sketches under this name for good. */
export async function keepReference(state: StateStore, name: string, sketches: SketchSet | undefined): Promise<void> {
  await state.putDocuments(KIND, new Map([[name, sketches?.toDocument()]]))
}

/** The names under which sketches are kept. */
export async function keptReferences(state: StateStore): Promise<string[]> {
  return [...(await state.documents(KIND)).keys()].sort()
}

/** Sketches that were kept under a name. Looks for them until there are any, and again when told that they have changed. */
export class KeptReference implements Reference {
  readonly #state: StateStore
  readonly #name: string
  readonly #make: (() => Promise<SketchSet>) | undefined
  #sketches: SketchSet | undefined

  /** `make` is asked once, when nothing is kept yet, and what it gives is kept. */
  constructor(state: StateStore, name: string, make?: () => Promise<SketchSet>) {
    this.#state = state
    this.#name = name
    this.#make = make
  }

  async refresh(): Promise<void> {
    if (this.#sketches !== undefined) return
    const document = (await this.#state.documents(KIND)).get(this.#name)
    if (document !== undefined) this.#sketches = SketchSet.fromDocument(document)
    else if (this.#make !== undefined) await this.#keepMade(this.#make)
  }

  /** The next refresh reads again what is kept. */
  forget(): void {
    this.#sketches = undefined
  }

  sketches(): SketchSet {
    return this.#sketches ?? new SketchSet()
  }

  async #keepMade(make: () => Promise<SketchSet>): Promise<void> {
    const made = await make()
    // A stretch without requests may still be filled by late ones or an import.
    if (made.isEmpty) return
    await keepReference(this.#state, this.#name, made)
    this.#sketches = made
  }
}
