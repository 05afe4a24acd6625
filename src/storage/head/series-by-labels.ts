import type { Labels } from '../../model/labels.ts'

interface Labelled {
  readonly labels: Labels
}

/** Series by their label sets. By a number for each set and not by its key, because the keys of a hundred thousand series are 20 MB of text. */
export class SeriesByLabels<S extends Labelled> {
  /** Those of one hash; nearly always one. */
  readonly #byHash = new Map<number, S | S[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(labels: Labels): S | undefined {
    const found = this.#byHash.get(labels.hash)
    if (Array.isArray(found)) return found.find((one) => one.labels.equals(labels))
    return found?.labels.equals(labels) === true ? found : undefined
  }

  /** Adds one whose label set `get` did not find. */
  add(series: S): void {
    const { hash } = series.labels
    const others = this.#byHash.get(hash)
    if (others === undefined) this.#byHash.set(hash, series)
    else if (Array.isArray(others)) others.push(series)
    else this.#byHash.set(hash, [others, series])
    this.#size++
  }

  /** Removes one that was added. */
  delete(series: S): void {
    const { hash } = series.labels
    const found = this.#byHash.get(hash)
    const others = Array.isArray(found) ? found.filter((one) => one !== series) : []
    // A new list: somebody may be going through the old one.
    if (others.length > 0) this.#byHash.set(hash, others)
    else this.#byHash.delete(hash)
    this.#size--
  }

  /** In no order of meaning. One that comes or goes meanwhile is among them or not. */
  *values(): IterableIterator<S> {
    for (const found of this.#byHash.values()) {
      if (Array.isArray(found)) yield* found
      else yield found
    }
  }
}
