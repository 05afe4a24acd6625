import type { Clock } from '../util/clock.ts'
import { Lru } from '../util/lru.ts'
import type { Diversity } from './diversity-window.ts'
import { DiversityWindow } from './diversity-window.ts'

/** Answers of one model that are compared. */
const CAPACITY = 200
/** Models that are followed; of more, those not heard of for longest are forgotten. */
const MAX_MODELS = 200
/** Measuring reads the whole window, so it waits for new answers and for time to pass. */
const MEASURE_ANSWERS = 20
const MEASURE_INTERVAL_MS = 10_000

interface Followed {
  readonly window: DiversityWindow
  /** Answers since the window was measured. */
  added: number
  measuredAtMs: number
}

/** How varied the last answers of a model are. */
export interface ModelDiversity extends Diversity {
  readonly model: string
}

/** A window for each model. */
export class DiversityWindows {
  readonly #clock: Pick<Clock, 'now'>
  readonly #models = new Lru<string, Followed>(MAX_MODELS)

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Takes an answer in; gives the window's measure when twenty answers and ten seconds have passed since the last. */
  add(model: string, response: string): ModelDiversity | undefined {
    const followed = this.#models.get(model) ?? { window: new DiversityWindow(CAPACITY), added: 0, measuredAtMs: 0 }
    this.#models.set(model, followed)
    followed.window.add(response)
    followed.added++
    const nowMs = this.#clock.now()
    if (followed.added < MEASURE_ANSWERS || nowMs - followed.measuredAtMs < MEASURE_INTERVAL_MS) return undefined
    followed.added = 0
    followed.measuredAtMs = nowMs
    const diversity = followed.window.measure()
    return diversity === undefined ? undefined : { model, ...diversity }
  }
}
