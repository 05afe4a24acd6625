import { z } from 'zod'
import { Sketch } from './sketch.ts'

const pairs = <K extends z.ZodType>(key: K) => z.array(z.tuple([key, z.number()]))
const sketchDocument = z.object({ buckets: pairs(z.int()), categories: pairs(z.string()) })
const setDocument = z.array(z.object({ model: z.string(), feature: z.string(), sketch: sketchDocument }))

/** A set as JSON, for a document of the state store. */
export type SketchSetDocument = z.input<typeof setDocument>

interface Entry {
  readonly model: string
  readonly feature: string
  readonly sketch: Sketch
}

/** Sketches by model and feature, of one stretch of time. */
export class SketchSet {
  readonly #entries = new Map<string, Entry>()

  /** Throws `ZodError` when the document is not one that `toDocument` wrote. */
  static fromDocument(document: unknown): SketchSet {
    const set = new SketchSet()
    for (const { model, feature, sketch } of setDocument.parse(document))
      set.#put({ model, feature, sketch: Sketch.fromDocument(sketch) })
    return set
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  entries(): Iterable<Entry> {
    return this.#entries.values()
  }

  get(model: string, feature: string): Sketch | undefined {
    return this.#entries.get(keyOf(model, feature))?.sketch
  }

  add(model: string, feature: string, value: number | string, times = 1): void {
    this.#sketch(model, feature).add(value, times)
  }

  merge(other: SketchSet): void {
    for (const { model, feature, sketch } of other.#entries.values()) this.#sketch(model, feature).merge(sketch)
  }

  toDocument(): SketchSetDocument {
    return [...this.#entries.values()].map(({ model, feature, sketch }) => {
      const { buckets, categories } = sketch.toDocument()
      return { model, feature, sketch: { buckets: buckets.map(copied), categories: categories.map(copied) } }
    })
  }

  #sketch(model: string, feature: string): Sketch {
    const known = this.#entries.get(keyOf(model, feature))
    return known?.sketch ?? this.#put({ model, feature, sketch: new Sketch() })
  }

  #put(entry: Entry): Sketch {
    this.#entries.set(keyOf(entry.model, entry.feature), entry)
    return entry.sketch
  }
}

function keyOf(model: string, feature: string): string {
  return `${feature}\xff${model}`
}

function copied<K>([key, count]: readonly [K, number]): [K, number] {
  return [key, count]
}

/** All of them together; the sets themselves stay as they are. */
export function mergedSets(sets: Iterable<SketchSet>): SketchSet {
  const sum = new SketchSet()
  for (const set of sets) sum.merge(set)
  return sum
}
