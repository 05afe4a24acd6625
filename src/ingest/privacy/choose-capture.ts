import { isLlmSpan, modelOf } from '../../model/request.ts'
import type { Span } from '../../model/span.ts'
import { hashShare } from '../../util/hash-share.ts'
import type { Capture, PrivacyConfig, PrivacyRule } from './config.ts'

/** What is kept of a span's texts. The same span gets the same answer each time, also when it comes again out of a spool. */
export function chooseCapture(span: Span, { rules, capture, sample }: PrivacyConfig): Capture {
  const decisive = rules.find((rule) => applies(rule, span)) ?? { capture, sample }
  // By trace, so that a conversation is kept or left out as a whole.
  return hashShare(span.traceId) < decisive.sample ? decisive.capture : 'none'
}

function applies(rule: PrivacyRule, span: Span): boolean {
  const { llm, attributes } = span
  const conditions: ReadonlyArray<readonly [pattern: string | undefined, found: unknown]> = [
    [rule.model, isLlmSpan(span) ? modelOf(span) : ''],
    [rule.user, span.userId],
    [rule.path, attributes['url.path'] ?? attributes['http.route']],
    [rule.upstream, attributes['tetrascope.upstream']],
    [rule.service, span.service],
    [rule.feature, llm?.feature],
    [rule.source, llm?.source],
  ]
  const alsoAsked = rule.model !== undefined && llm !== undefined && matches(rule.model, llm.requestModel)
  return conditions.every(([pattern, found], i) => {
    return pattern === undefined || matches(pattern, found) || (i === 0 && alsoAsked)
  })
}

function matches(pattern: string, found: unknown): boolean {
  if (typeof found !== 'string' || found === '') return false
  return pattern.endsWith('*') ? found.startsWith(pattern.slice(0, -1)) : found === pattern
}
