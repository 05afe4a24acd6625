import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, SpanFacts } from '../dialect.ts'

const KINDS: ReadonlySet<string> = new Set<SpanKind>([
  'llm',
  'embedding',
  'agent',
  'workflow',
  'tool',
  'retrieval',
  'rerank',
  'guardrail',
  'evaluator',
  'prompt',
])

/** Our own few attributes, for what no convention has a name: who asked, for which feature, with which prompt version. */
export const tetrascope: Dialect = {
  name: 'tetrascope',
  recognises: (_span, attributes) => attributes.hasPrefix('tetrascope.') || attributes.has('feature', 'app.feature'),
  read: (_span, attributes) => readFacts(attributes),
}

function readFacts(attributes: AttributeReader): SpanFacts {
  const kind = attributes.text('tetrascope.kind')
  return {
    kind: isKind(kind) ? kind : undefined,
    sessionId: attributes.text('tetrascope.session_id', 'tetrascope.session'),
    userId: attributes.text('tetrascope.user_id', 'tetrascope.user'),
    input: attributes.text('tetrascope.input'),
    output: attributes.text('tetrascope.output'),
    llm: {
      feature: attributes.text('tetrascope.feature', 'app.feature', 'feature'),
      promptName: attributes.text('tetrascope.prompt_name', 'tetrascope.prompt.name'),
      promptVersion: attributes.text('tetrascope.prompt_version', 'tetrascope.prompt.version'),
      ttftMs: attributes.number('tetrascope.ttft_ms'),
      reportedCostUsd: attributes.number('tetrascope.cost_usd'),
      context: attributes.texts('tetrascope.context'),
      source: attributes.text('telemetry.sdk.name') === 'tetrascope-sdk' ? 'sdk' : undefined,
    },
  }
}

function isKind(word: string): word is SpanKind {
  return KINDS.has(word)
}
