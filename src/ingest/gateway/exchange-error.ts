import type { LlmCall } from '../../model/span.ts'
import { firstText, listOf, recordOf, textOf, type JsonRecord } from '../json-value.ts'
import type { Exchange } from './exchange.ts'

/** What went wrong with a call; empty when nothing did. `body` is what the provider answered. */
export function errorOf(exchange: Exchange, body: JsonRecord): Pick<LlmCall, 'errorType' | 'errorMessage'> {
  if (exchange.failure?.kind === 'aborted')
    return { errorType: 'aborted', errorMessage: 'the caller went away before the answer was complete' }
  if (exchange.failure !== undefined) {
    const hadBegun = Object.keys(exchange.responseHeaders).length > 0
    const errorType = hadBegun ? 'upstream_disconnected' : 'upstream_unreachable'
    return { errorType, errorMessage: exchange.failure.message }
  }
  const error = body['error']
  if (exchange.status < 400 && (error === undefined || error === null)) return { errorType: '', errorMessage: '' }
  // Cohere, Bedrock and DashScope say it at the top, watsonx in a list.
  const details = recordOf(error) ?? recordOf(listOf(body['errors'])[0]) ?? body
  return {
    errorType: firstText(details, 'code', 'type', 'status', 'error_type') || String(exchange.status),
    errorMessage: firstText(details, 'message') || textOf(error) || `HTTP ${exchange.status}`,
  }
}
