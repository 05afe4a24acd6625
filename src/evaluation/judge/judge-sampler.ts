import { modelOf, requestStatus } from '../../model/request.ts'
import type { LlmSpan } from '../../model/request.ts'
import { hashShare } from '../../util/hash-share.ts'
import type { JudgeConfig } from './config.ts'

export type JudgeSamplingReason = 'error' | 'share' | 'not_sampled'

/** Which requests are judged as they come, and why. The same request always gets the same decision. */
export function judgeSampling({ sampling }: Pick<JudgeConfig, 'sampling'>, span: LlmSpan): JudgeSamplingReason {
  if (sampling.always.error && requestStatus(span) === 'error') return 'error'
  const wanted = sampling.models[modelOf(span)] ?? sampling.share
  // Another draw than that of the evaluators' sample, lest both always read the same requests.
  return hashShare(`judge ${span.traceId}`) < wanted ? 'share' : 'not_sampled'
}
