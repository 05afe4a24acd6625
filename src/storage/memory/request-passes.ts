import type { Evaluation } from '../../model/evaluation.ts'
import { latencyMs, modelOf, requestStatus, type Request } from '../../model/request.ts'
import { textOf } from '../../model/span.ts'
import { ownerOf } from '../request-costs.ts'
import type { RequestFilter } from '../request-store.ts'

/** Whether a request passes a filter; `evaluations` are those of this request. */
export function requestPasses(request: Request, filter: RequestFilter, evaluations: readonly Evaluation[]): boolean {
  return equals(request, filter) && isWithin(request, filter) && passesOthers(request, filter, evaluations)
}

function equals({ span }: Request, filter: RequestFilter): boolean {
  const { llm } = span
  const fields: ReadonlyArray<readonly [wanted: string | undefined, found: string]> = [
    [filter.model, modelOf(span)],
    [filter.provider, llm.provider],
    [filter.status, requestStatus(span)],
    [filter.userId, span.userId],
    [filter.sessionId, span.sessionId],
    [filter.service, span.service],
    [filter.feature, llm.feature],
    [filter.team, ownerOf(span.attributes, 'team')],
    [filter.key, ownerOf(span.attributes, 'key')],
    [filter.traceId, span.traceId],
    [filter.promptName, llm.promptName],
    [filter.promptVersion, llm.promptVersion],
    [filter.errorType, llm.errorType],
    [filter.operation, llm.operation],
    [filter.source, llm.source],
  ]
  return fields.every(([wanted, found]) => wanted === undefined || wanted === found)
}

function isWithin(request: Request, filter: RequestFilter): boolean {
  const tokens = totalTokens(request)
  const figures: ReadonlyArray<readonly [min: number | undefined, max: number | undefined, found: number | undefined]> =
    [
      [filter.minLatencyMs, filter.maxLatencyMs, latencyMs(request.span)],
      [filter.minTokens, filter.maxTokens, tokens],
      [filter.minCostUsd, filter.maxCostUsd, request.costUsd],
    ]
  return figures.every(([min, max, found]) => {
    if (min === undefined && max === undefined) return true
    return found !== undefined && found >= (min ?? -Infinity) && found <= (max ?? Infinity)
  })
}

/** Input and output; undefined when either is unknown. */
export function totalTokens({ span }: Request): number | undefined {
  const { inputTokens, outputTokens } = span.llm.usage
  return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens
}

function passesOthers({ span }: Request, filter: RequestFilter, evaluations: readonly Evaluation[]): boolean {
  const { finishReason, evaluation, text } = filter
  if (finishReason !== undefined && !span.llm.finishReasons.includes(finishReason)) return false
  if (evaluation !== undefined && !evaluations.some((found) => hasVerdict(found, evaluation))) return false
  const wanted = text?.toLowerCase() ?? ''
  return [span.llm.inputMessages, span.llm.outputMessages].some((messages) =>
    textOf(messages).toLowerCase().includes(wanted),
  )
}

function hasVerdict(found: Evaluation, wanted: NonNullable<RequestFilter['evaluation']>): boolean {
  return found.verdict === wanted.verdict && (wanted.evaluator === undefined || found.evaluator === wanted.evaluator)
}
