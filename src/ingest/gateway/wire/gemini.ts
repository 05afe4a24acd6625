import { isRecord, listOf, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

/** Google's Gemini API, also as Vertex AI serves it (https://ai.google.dev/api/generate-content). */
export const gemini: WireFormat = {
  provider: 'gcp.gemini',
  operationOf: (path) =>
    /:(stream)?generateContent(\?|$)/i.test(path)
      ? 'generate_content'
      : /:(batchE|e)mbedContents?(\?|$)/.test(path)
        ? 'embeddings'
        : undefined,
  modelOf: (path) => /\/models\/([^:/]+):/.exec(path)?.[1],
  carriesToken: (event) => listOf(event['candidates']).some((candidate) => partsOf(candidate).length > 0),
  assemble: (events) => {
    const last = events.at(-1) ?? {}
    const finish = events
      .flatMap((event) => listOf(event['candidates']))
      .findLast((candidate) => isRecord(candidate) && candidate['finishReason'] !== undefined)
    const parts = joinTexts(events.flatMap((event) => listOf(event['candidates']).flatMap(partsOf)))
    const usage = events.findLast((event) => isRecord(event['usageMetadata']))?.['usageMetadata']
    const candidate = {
      content: { role: 'model', parts },
      finishReason: isRecord(finish) ? finish['finishReason'] : undefined,
    }
    return { ...last, candidates: [candidate], ...(usage !== undefined && { usageMetadata: usage }) }
  },
}

function partsOf(candidate: unknown): JsonRecord[] {
  if (!isRecord(candidate)) return []
  return listOf(recordOf(candidate['content'])?.['parts']).filter(isRecord)
}

/** Neighbouring text parts of one kind (thought or not) are pieces of one text. */
function joinTexts(parts: readonly JsonRecord[]): JsonRecord[] {
  return parts.reduce<JsonRecord[]>((joined, part) => {
    const before = joined.at(-1)
    const sameKind = before !== undefined && 'text' in before && 'text' in part && before['thought'] === part['thought']
    return sameKind
      ? [...joined.slice(0, -1), { ...before, text: textOf(before['text']) + textOf(part['text']) }]
      : [...joined, part]
  }, [])
}
