import { z } from 'zod'
import type { RequestFilter } from '../../storage/request-store.ts'
import type { TimeRange } from '../../storage/sample-store.ts'

const DAY_MS = 86_400_000

/** Times in milliseconds since 1970; without them the last day and what clocks that run ahead have sent. */
export const rangeParameters = {
  start: z.coerce.number().optional(),
  end: z.coerce.number().optional(),
}

const bound = z.coerce.number().min(0).optional()

/** What every question about requests can be narrowed by. */
export const filterParameters = {
  model: z.string().optional(),
  provider: z.string().optional(),
  status: z.enum(['success', 'error']).optional(),
  user: z.string().optional(),
  session: z.string().optional(),
  service: z.string().optional(),
  feature: z.string().optional(),
  team: z.string().optional(),
  key: z.string().optional(),
  trace: z.string().optional(),
  text: z.string().optional(),
  prompt: z.string().optional(),
  prompt_version: z.string().optional(),
  finish_reason: z.string().optional(),
  error_type: z.string().optional(),
  operation: z.string().optional(),
  source: z.enum(['otlp', 'gateway', 'http', 'file', 'sdk']).optional(),
  min_latency_ms: bound,
  max_latency_ms: bound,
  min_tokens: bound,
  max_tokens: bound,
  min_cost: bound,
  max_cost: bound,
  evaluator: z.string().optional(),
  verdict: z.enum(['ok', 'flagged']).optional(),
}

const fields = z.object({ ...rangeParameters, ...filterParameters })

export function rangeOf(
  { start, end }: { start?: number | undefined; end?: number | undefined },
  nowMs: number,
): TimeRange {
  return { minMs: start ?? nowMs - DAY_MS, maxMs: end ?? nowMs + DAY_MS }
}

/** The parameters that were given, under the names of the filter. An evaluator without a verdict means what it has flagged. */
export function filterOf(given: z.infer<typeof fields>): RequestFilter {
  const { evaluator, verdict } = given
  const isJudged = evaluator !== undefined || verdict !== undefined
  const renamed = {
    model: given.model,
    provider: given.provider,
    status: given.status,
    userId: given.user,
    sessionId: given.session,
    service: given.service,
    feature: given.feature,
    team: given.team,
    key: given.key,
    traceId: given.trace,
    text: given.text,
    promptName: given.prompt,
    promptVersion: given.prompt_version,
    finishReason: given.finish_reason,
    errorType: given.error_type,
    operation: given.operation,
    source: given.source,
    minLatencyMs: given.min_latency_ms,
    maxLatencyMs: given.max_latency_ms,
    minTokens: given.min_tokens,
    maxTokens: given.max_tokens,
    minCostUsd: given.min_cost,
    maxCostUsd: given.max_cost,
    evaluation: isJudged ? { verdict: verdict ?? 'flagged', ...(evaluator !== undefined && { evaluator }) } : undefined,
  }
  return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined))
}
