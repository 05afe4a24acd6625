import { nearest } from '../util/nearest.ts'
import { applicationEntries } from './entries/application.ts'
import { businessEntries } from './entries/business.ts'
import { infrastructureEntries } from './entries/infrastructure.ts'
import { modelQualityEntries } from './entries/model-quality.ts'
import type { CatalogueEntry, Layer } from './entry.ts'

/** No entry has this name. The message offers the nearest one. */
export class UnknownEntryError extends Error {
  constructor(name: string, names: readonly string[]) {
    const like = nearest(name, names)
    super(
      `no metric ${JSON.stringify(name)} in the catalogue${like === undefined ? '' : `; did you mean ${JSON.stringify(like)}?`}`,
    )
    this.name = 'UnknownEntryError'
  }
}

/** The standard metrics, each declared once, with the user's own entries after them. */
export class Catalogue {
  readonly entries: readonly CatalogueEntry[]
  readonly #byName: ReadonlyMap<string, CatalogueEntry>

  /** Throws when a name is declared twice: an entry is changed by editing it, not by shadowing it. */
  constructor(added: readonly CatalogueEntry[] = []) {
    this.entries = [
      ...infrastructureEntries,
      ...applicationEntries,
      ...modelQualityEntries,
      ...businessEntries,
      ...added,
    ]
    this.#byName = new Map(this.entries.map((entry) => [entry.name, entry]))
    const twice = this.entries.find((entry, i) => this.entries.findIndex(({ name }) => name === entry.name) !== i)
    if (twice !== undefined)
      throw new Error(`the catalogue has ${JSON.stringify(twice.name)} already: choose another name`)
  }

  /** Throws `UnknownEntryError`. */
  entry(name: string): CatalogueEntry {
    const entry = this.#byName.get(name)
    if (entry === undefined) throw new UnknownEntryError(name, [...this.#byName.keys()])
    return entry
  }

  ofLayer(layer: Layer): CatalogueEntry[] {
    return this.entries.filter((entry) => entry.layer === layer)
  }
}
