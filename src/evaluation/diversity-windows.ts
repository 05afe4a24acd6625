import { Lru } from '../util/lru.ts'
import type { Diversity } from './diversity-window.ts'
import { DiversityWindow } from './diversity-window.ts'

/** Answers of one model that are compared. */
const CAPACITY = 200
/** Models that are followed; of more, those not heard of for longest are forgotten. */
const MAX_MODELS = 200
/** New answers after which a window is measured again, for measuring reads all of it. */
const MEASURE_EVERY = 20

interface Followed {
  readonly window: DiversityWindow
  added: number
}

/** How varied the last answers of a model are. */
export interface ModelDiversity extends Diversity {
  readonly model: string
}

/** A window for each model. */
export class DiversityWindows {
  readonly #models = new Lru<string, Followed>(MAX_MODELS)

  /** Takes an answer in; gives the window's measure after the first answer and then after every twenty. */
  add(model: string, response: string): ModelDiversity | undefined {
    const followed = this.#models.get(model) ?? { window: new DiversityWindow(CAPACITY), added: 0 }
    this.#models.set(model, followed)
    followed.window.add(response)
    const isDue = followed.added % MEASURE_EVERY === 0
    followed.added++
    const diversity = isDue ? followed.window.measure() : undefined
    return diversity === undefined ? undefined : { model, ...diversity }
  }
}
