import { z } from 'zod'
import type { StateStore } from '../../storage/state-store.ts'
import { mergedSets, SketchSet } from '../sketch-set.ts'
import type { Reference } from './reference.ts'

export const HOUR_MS = 3_600_000
const WEEK_MS = 168 * HOUR_MS

const slotDocument = z.object({ sketches: z.unknown() })

/** Where the sketches of an hour are kept, by its start: a kind for each hour of the week (UTC), so that one comparison reads only its own. */
export function kindOfHour(startMs: number): string {
  return `drift-week-${Math.floor(startMs / HOUR_MS) % 168}`
}

/** The same hour of the same weekday in the weeks before. Hours are written by who collects them. */
export class WeeklyReference implements Reference {
  readonly #state: StateStore
  readonly #currentMs: number
  readonly #weeks: number
  #hourMs = NaN
  #sketches = new SketchSet()

  constructor(state: StateStore, currentMs: number, weeks: number) {
    this.#state = state
    this.#currentMs = currentMs
    this.#weeks = weeks
  }

  /** Reads anew when the middle of the current window has come into another hour, and deletes hours that no comparison needs again. */
  async refresh(nowMs: number): Promise<void> {
    const hourMs = Math.floor((nowMs - this.#currentMs / 2) / HOUR_MS) * HOUR_MS
    if (hourMs === this.#hourMs) return
    const kind = kindOfHour(hourMs)
    const documents = await this.#state.documents(kind)
    const age = (id: string): number => (hourMs - startOf(id)) / WEEK_MS
    const needed = [...documents].filter(([id]) => age(id) >= 1 && age(id) <= this.#weeks)
    this.#sketches = mergedSets(
      needed.map(([, document]) => SketchSet.fromDocument(slotDocument.parse(document).sketches)),
    )
    this.#hourMs = hourMs
    const old = [...documents.keys()].filter((id) => age(id) > this.#weeks)
    if (old.length > 0) await this.#state.putDocuments(kind, new Map(old.map((id) => [id, undefined])))
  }

  sketches(): SketchSet {
    return this.#sketches
  }
}

/** Hours are kept under `start-end`. */
function startOf(id: string): number {
  return Number(id.split('-')[0])
}
