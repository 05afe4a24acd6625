import { modelOf, requestStatus, type LlmSpan } from '../model/request.ts'
import type { Clock } from '../util/clock.ts'
import { Lru } from '../util/lru.ts'
import type { StrataConfig, StratumField } from './config.ts'
import { hashShare } from '../util/hash-share.ts'

/** Strata that are told apart; one that has not been seen for longest is forgotten first, and then counts as new. */
const MAX_STRATA = 20_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

interface Taken {
  sinceMs: number
  count: number
}

/** One rule of stratified sampling: sorts requests by some fields and takes a part of every stratum. */
export class Strata {
  readonly #config: StrataConfig
  readonly #clock: Pick<Clock, 'now'>
  readonly #taken = new Lru<string, Taken>(MAX_STRATA)

  constructor(config: StrataConfig, clock: Pick<Clock, 'now'>) {
    this.#config = config
    this.#clock = clock
  }

  /** Whether the request is taken, which counts it: ask once for each. */
  takes(span: LlmSpan): boolean {
    const { by, share, per_minute: perMinute } = this.#config
    const stratum = JSON.stringify(by.map((field) => valueOf(field, span)))
    const limit = perMinute ?? 1
    const taken = this.#takenOf(stratum, perMinute === undefined ? HOUR_MS : MINUTE_MS)
    const isFirst = taken.count < limit
    if (!isFirst && !(share !== undefined && hashShare(span.traceId) < share)) return false
    taken.count++
    return true
  }

  #takenOf(stratum: string, windowMs: number): Taken {
    const sinceMs = Math.floor(this.#clock.now() / windowMs) * windowMs
    const known = this.#taken.get(stratum)
    if (known?.sinceMs === sinceMs) return known
    const fresh = { sinceMs, count: 0 }
    this.#taken.set(stratum, fresh)
    return fresh
  }
}

function valueOf(field: StratumField, span: LlmSpan): string {
  switch (field) {
    case 'model':
      return modelOf(span)
    case 'user':
      return span.userId
    case 'feature':
      return span.llm.feature
    case 'prompt_version':
      return `${span.llm.promptName}@${span.llm.promptVersion}`
    case 'status':
      return requestStatus(span)
  }
}
