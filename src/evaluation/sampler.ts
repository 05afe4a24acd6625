import { requestStatus, modelOf } from '../model/request.ts'
import type { LlmSpan } from '../model/request.ts'
import type { EvaluationConfig } from './config.ts'

/** How thoroughly a request is read, and why. */
export interface SamplingDecision {
  readonly depth: 'all' | 'cheap' | 'none'
  readonly reason: 'error' | 'feedback' | 'length' | 'share' | 'not_sampled'
}

/** The sampling policy: decides for each request how thoroughly it is read. */
export class Sampler {
  readonly #config: EvaluationConfig

  constructor(config: EvaluationConfig) {
    this.#config = config
  }

  /**
   * The same request always gets the same decision: the share is taken by a hash of its trace, so that the requests
   * of one trace are read together and a resent span is not decided anew. `hasFeedback`: somebody has judged it.
   */
  decide(span: LlmSpan, hasFeedback = false): SamplingDecision {
    const { always, models, share } = this.#config.sampling
    if (always.error && requestStatus(span) === 'error') return { depth: 'all', reason: 'error' }
    if (always.feedback && hasFeedback) return { depth: 'all', reason: 'feedback' }
    if (this.#isLong(span)) return { depth: 'all', reason: 'length' }
    const wanted = models[modelOf(span)] ?? share
    if (hashShare(span.traceId) < wanted) return { depth: 'all', reason: 'share' }
    return { depth: this.#config.cheap_for_all ? 'cheap' : 'none', reason: 'not_sampled' }
  }

  #isLong(span: LlmSpan): boolean {
    const limit = this.#config.sampling.always.output_tokens
    return limit > 0 && (span.llm.usage.outputTokens ?? 0) >= limit
  }
}

/** A number in [0, 1) that looks random and depends on the id alone (FNV-1a, then mixed as in MurmurHash3). */
export function hashShare(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
