import { requestStatus, modelOf } from '../model/request.ts'
import type { LlmSpan } from '../model/request.ts'
import type { Clock } from '../util/clock.ts'
import { Lru } from '../util/lru.ts'
import type { EvaluationConfig } from './config.ts'
import { hashShare } from '../util/hash-share.ts'
import { Strata } from './strata.ts'

/** Requests that are remembered as taken for their stratum, so that they are not decided anew. */
const REMEMBERED = 50_000

/** How thoroughly a request is read, and why. */
export interface SamplingDecision {
  readonly depth: 'all' | 'cheap' | 'none'
  readonly reason: 'error' | 'feedback' | 'length' | 'share' | 'stratum' | 'not_sampled'
}

/** The sampling policy: decides for each request how thoroughly it is read. */
export class Sampler {
  readonly #config: EvaluationConfig
  readonly #strata: readonly Strata[]
  readonly #ofStrata = new Lru<string, true>(REMEMBERED)

  constructor(config: EvaluationConfig, clock: Pick<Clock, 'now'>) {
    this.#config = config
    this.#strata = config.sampling.strata.map((strata) => new Strata(strata, clock))
  }

  /**
   * The same request always gets the same decision: the share is taken by a hash of its trace, so that the requests
   * of one trace are read together and a resent span is not decided anew. A request that was taken for its stratum is remembered.
   * `hasFeedback`: somebody has judged it.
   */
  decide(span: LlmSpan, hasFeedback = false): SamplingDecision {
    const decision = this.decided(span, hasFeedback)
    if (decision.depth === 'all' || !this.#takeForStratum(span)) return decision
    return { depth: 'all', reason: 'stratum' }
  }

  /** What was decided when the request came. Takes nothing for a stratum. */
  decided(span: LlmSpan, hasFeedback = false): SamplingDecision {
    const { always, models, share } = this.#config.sampling
    if (always.error && requestStatus(span) === 'error') return { depth: 'all', reason: 'error' }
    if (always.feedback && hasFeedback) return { depth: 'all', reason: 'feedback' }
    if (this.#isLong(span)) return { depth: 'all', reason: 'length' }
    const wanted = models[modelOf(span)] ?? share
    if (hashShare(span.traceId) < wanted) return { depth: 'all', reason: 'share' }
    if (this.#ofStrata.get(idOf(span)) !== undefined) return { depth: 'all', reason: 'stratum' }
    return { depth: this.#config.cheap_for_all ? 'cheap' : 'none', reason: 'not_sampled' }
  }

  /** Every rule counts what it sees, whether or not another one takes it. */
  #takeForStratum(span: LlmSpan): boolean {
    const isTaken = this.#strata.map((strata) => strata.takes(span)).includes(true)
    if (isTaken) this.#ofStrata.set(idOf(span), true)
    return isTaken
  }

  #isLong(span: LlmSpan): boolean {
    const limit = this.#config.sampling.always.output_tokens
    return limit > 0 && (span.llm.usage.outputTokens ?? 0) >= limit
  }
}

function idOf({ traceId, spanId }: LlmSpan): string {
  return traceId + spanId
}
