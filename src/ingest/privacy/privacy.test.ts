import { describe, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import { EMBEDDING, embeddingIn, projected } from '../../model/embedding.ts'
import { textOf, type LlmCall, type Span } from '../../model/span.ts'
import { privacyConfig, type PrivacyConfig } from './config.ts'
import { Privacy } from './privacy.ts'
import type { SensitiveFinder } from './protect-text.ts'

/** Whatever has an @ in it, and the word "key" with what follows it. */
const find: SensitiveFinder = (text) =>
  [...text.matchAll(/\S+@\S+/g), ...text.matchAll(/key-\w+/g)].map((match) => ({
    kind: match[0].includes('@') ? 'EMAIL_ADDRESS' : 'SECRET',
    start: match.index,
    end: match.index + match[0].length,
  }))

const privacy = (config: Parameters<typeof privacyConfig.parse>[0]): Privacy =>
  new Privacy(privacyConfig.parse(config) satisfies PrivacyConfig, find)

function span(fields: Partial<Span> = {}, call: Partial<LlmCall> = {}): Span {
  const base = testRequest({ prompt: 'I am ann@example.org', response: 'Use key-123.', ...call }).span
  return { ...base, ...fields }
}

const said = (of: Span): string =>
  [...(of.llm?.inputMessages ?? []), ...(of.llm?.outputMessages ?? [])].length === 0
    ? ''
    : `${textOf(of.llm?.inputMessages ?? [])} | ${textOf(of.llm?.outputMessages ?? [])}`

describe('what is kept of a call', () => {
  test('is everything without configuration', () => {
    const call = span()
    expect(privacy({}).protectSpan(call)).toBe(call)
  })

  test('redacted: all but personal data and secrets, wherever they stand', () => {
    const call = span(
      {
        input: 'for bob@example.org',
        attributes: { 'user.note': { deep: ['call bob@example.org'] }, 'http.response.status_code': 200 },
        events: [{ name: 'e', timeMs: 1, attributes: { body: 'key-9' } }],
        statusMessage: 'key-1 is wrong',
      },
      {
        context: ['bob@example.org'],
        errorMessage: 'key-1 is wrong',
        outputMessages: [
          {
            role: 'assistant',
            parts: [{ type: 'tool_call', id: '1', name: 'mail', arguments: '{"to": "bob@example.org"}' }],
          },
        ],
      },
    )
    const kept = privacy({ capture: 'redacted' }).protectSpan(call)
    expect(JSON.stringify(kept)).not.toMatch(/@|key-/)
    expect(textOf(kept.llm?.inputMessages ?? [])).toBe('I am [EMAIL_ADDRESS]')
    expect(kept.attributes['http.response.status_code']).toBe(200)
  })

  test('is all that a party outside may see: nothing where no text is kept', () => {
    const seenWith = (capture: string): string | undefined => {
      const seen = privacy({ capture }).visibleSpan(span())
      return seen && said(seen)
    }
    expect(seenWith('full')).toBe('I am ann@example.org | Use key-123.')
    expect(seenWith('redacted')).toBe('I am [EMAIL_ADDRESS] | Use [SECRET].')
    expect(seenWith('hashed')).toBeUndefined()
    expect(seenWith('none')).toBeUndefined()
  })

  test('hashed: equal texts stay equal, nothing can be read', () => {
    const { protectSpan } = privacy({ capture: 'hashed' })
    const [a, b] = [protectSpan(span()), protectSpan(span())]
    expect(said(a)).toMatch(/^sha256:[0-9a-f]{64} \| sha256:[0-9a-f]{64}$/)
    expect(said(a)).toBe(said(b))
  })

  test('none: no text, but all numbers and names', () => {
    const kept = privacy({ capture: 'none' }).protectSpan(
      span({ attributes: { body: 'hello', n: 1, 'tetrascope.upstream': 'openai' } }),
    )
    expect(said(kept)).toBe('')
    expect(kept.attributes).toEqual({ body: '', n: 1, 'tetrascope.upstream': 'openai' })
    expect(kept.llm?.requestModel).toBe('gpt-test')
  })

  test('an embedding goes where no text is kept as text', () => {
    const call = span({ attributes: { [EMBEDDING]: { ...projected([1, 2, 3]) } } })
    const keptWith = (capture: 'redacted' | 'hashed' | 'none') =>
      embeddingIn(privacy({ capture }).protectSpan(call).attributes)
    expect(keptWith('redacted')).toEqual(projected([1, 2, 3]))
    expect(keptWith('hashed')).toBeUndefined()
    expect(keptWith('none')).toBeUndefined()
  })

  test.each(['redacted', 'hashed', 'none'] as const)('%s twice is the same as once', (capture) => {
    const { protectSpan } = privacy({ capture })
    const once = protectSpan(span({ attributes: { a: 'ann@example.org' }, input: 'x' }))
    expect(protectSpan(once)).toEqual(once)
  })
})

describe('the rule that decides', () => {
  const config = {
    rules: [
      { user: 'vip-*', capture: 'none' as const },
      { model: 'gpt-*', source: 'gateway' as const, capture: 'hashed' as const },
      { path: '/v1/embeddings', capture: 'none' as const },
      { upstream: 'internal', capture: 'none' as const },
    ],
  }
  const { protectSpan } = privacy(config)
  const kept = (call: Span): string => said(protectSpan(call)).slice(0, 7)

  test('is the first one whose conditions all hold', () => {
    expect(kept(span({ userId: 'vip-1' }, { source: 'gateway' }))).toBe('')
    expect(kept(span({}, { source: 'gateway' }))).toBe('sha256:')
    expect(kept(span({}, { source: 'otlp' }))).toBe('I am an')
    expect(kept(span({ attributes: { 'url.path': '/v1/embeddings' } }))).toBe('')
    expect(kept(span({ attributes: { 'tetrascope.upstream': 'internal' } }))).toBe('')
  })

  test('looks at the model that was asked for as well as the one that answered', () => {
    expect(kept(span({}, { source: 'gateway', responseModel: 'other' }))).toBe('sha256:')
  })

  test('names what is wrong with it', () => {
    expect(() => privacyConfig.parse({ rules: [{ capture: 'some' }] })).toThrow(/full.*redacted.*hashed.*none/s)
    expect(() => privacyConfig.parse({ sample: 2 })).toThrow(/sample/)
  })
})

describe('a share of bodies', () => {
  test('is kept, whole traces at a time', () => {
    const { protectSpan } = privacy({ sample: 0.25 })
    const ids = Array.from({ length: 2_000 }, (_, i) => i.toString(16).padStart(32, '0'))
    const kept = ids.filter((traceId) => said(protectSpan(span({ traceId }))) !== '')
    expect(kept.length / ids.length).toBeGreaterThan(0.2)
    expect(kept.length / ids.length).toBeLessThan(0.3)
    const [traceId = ''] = kept
    expect(said(protectSpan(span({ traceId, spanId: 'f'.repeat(16) })))).not.toBe('')
  })

  test('0 keeps none', () => {
    expect(said(privacy({ sample: 0 }).protectSpan(span()))).toBe('')
  })
})

describe('log records and comments', () => {
  const record = {
    timeMs: 1,
    level: 'info',
    service: 's',
    body: 'from ann@example.org',
    traceId: '',
    spanId: '',
    requestId: 'r',
    attributes: { to: 'bob@example.org' },
  } as const

  test('follow the general capture, or their own', () => {
    expect(privacy({ capture: 'redacted' }).protectLog(record)).toMatchObject({
      body: 'from [EMAIL_ADDRESS]',
      attributes: { to: '[EMAIL_ADDRESS]' },
    })
    expect(privacy({ capture: 'redacted', logs: 'full' }).protectLog(record)).toBe(record)
    expect(privacy({ logs: 'none' }).protectLog(record).body).toBe('')
  })
})

describe('explanations of evaluations', () => {
  const evaluation = {
    traceId: '',
    spanId: '',
    timeMs: 1,
    evaluator: 'hallucination',
    evaluatorVersion: '1',
    model: 'm',
    score: 1,
    verdict: 'flagged',
    explanation: 'says "it is \\"ann\\"" against "it is bob" (name)',
  } as const

  test('do not quote where texts are not kept', () => {
    const { protectEvaluation } = privacy({ rules: [{ user: 'u', capture: 'none' }] })
    expect(protectEvaluation(evaluation).explanation).toBe('says "…" against "…" (name)')
    expect(privacy({}).protectEvaluation(evaluation)).toBe(evaluation)
  })
})
