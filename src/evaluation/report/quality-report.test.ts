import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../../model/evaluation.ts'
import { NO_USAGE, type Span } from '../../model/span.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import type { QualityReport } from './quality-report.ts'
import { QualityReporter } from './quality-reporter.ts'
import { reportHtml } from './report-html.ts'
import { reportText } from './report-text.ts'

const HOUR_MS = 3_600_000
const END_MS = 10 * HOUR_MS

const store = createMemoryStore()
let spans = 0

/** So many requests at that time, of which so many are flagged by refusal; one in ten fails. */
async function play(timeMs: number, requests: number, flagged: number, model = 'm'): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const id = (++spans).toString(16)
    const ids = { traceId: id.padStart(32, '0'), spanId: id.padStart(16, '0') }
    const message = (role: string, text: string): object => ({ role, parts: [{ type: 'text', text }] })
    const llm = {
      requestModel: model,
      responseModel: model,
      usage: NO_USAGE,
      inputMessages: [message('user', `question <${id}>`)],
      outputMessages: [message('assistant', 'no')],
      context: [],
      finishReasons: [],
      errorType: i % 10 === 0 ? 'timeout' : '',
    }
    const span = {
      ...ids,
      kind: 'llm',
      status: 'ok',
      startMs: timeMs + i,
      endMs: timeMs + i + 10,
      llm,
    } as unknown as Span
    await store.requests.writeSpans([span], [])
    const isFlagged = i < flagged
    const common: Omit<Evaluation, 'evaluator' | 'score' | 'verdict'> = {
      ...ids,
      timeMs: timeMs + i,
      evaluatorVersion: '2',
      model,
      explanation: 'declines',
    }
    await store.evaluations.writeEvaluations([
      {
        ...common,
        evaluator: 'refusal',
        score: isFlagged ? 0.5 + i / 1_000 : 0.1,
        verdict: isFlagged ? 'flagged' : 'ok',
      },
      { ...common, evaluator: 'refusal', evaluatorVersion: '1', score: 1, verdict: 'flagged' },
      { ...common, evaluator: 'toxicity', score: 0, verdict: 'ok' },
      { ...common, evaluator: 'jailbreak', score: 1, verdict: 'flagged' },
    ])
  }
}

async function reported(model?: string): Promise<QualityReport> {
  const reporter = new QualityReporter({ ...store, truth: { report: () => [] } })
  return reporter.report({ endMs: END_MS, windowMs: HOUR_MS, model })
}

describe('the quality report of an hour', async () => {
  await play(END_MS - 1.5 * HOUR_MS, 100, 5)
  await play(END_MS - 0.5 * HOUR_MS, 100, 30)
  await play(END_MS - 0.5 * HOUR_MS, 10, 0, 'other')

  test('counts the newest version of each evaluator, with interval and change', async () => {
    const report = await reported('m')
    expect(report).toMatchObject({ requests: { now: 100, before: 100 }, evaluated: { now: 100, before: 100 } })
    expect(report.errors).toMatchObject({ now: { hits: 10, trials: 100, share: 0.1 }, verdict: 'same' })
    const refusal = report.evaluators.find(({ evaluator }) => evaluator === 'refusal')
    expect(refusal?.version).toBe('2')
    expect(refusal?.flagged).toMatchObject({ now: { hits: 30, trials: 100 }, before: { hits: 5 }, verdict: 'worse' })
    expect(refusal?.flagged.now.interval.lower).toBeCloseTo(0.21895, 5)
    expect(refusal?.flagged.now.interval.upper).toBeCloseTo(0.39585, 5)
  })

  test('makes one number of what was flagged: harm weighs twice, what users send not at all', async () => {
    const { composite } = await reported('m')
    expect(composite.now).toBeCloseTo((100 * (1 * 0.7 + 2 * 1)) / 3, 9)
    expect(composite.before).toBeCloseTo((100 * (1 * 0.95 + 2 * 1)) / 3, 9)
  })

  test('shows the worst examples with their texts', async () => {
    const { worst } = await reported('m')
    const refusals = worst.filter(({ evaluator }) => evaluator === 'refusal')
    expect(refusals.map(({ score }) => score)).toEqual([0.529, 0.528, 0.527])
    expect(refusals.every(({ prompt }) => prompt.startsWith('question'))).toBe(true)
  })

  test('tells models apart, and says when there is nothing to say', async () => {
    expect((await reported()).models.map(({ model, requests }) => [model, requests])).toEqual([
      ['m', 100],
      ['other', 10],
    ])
    const nothing = await reported('unknown')
    expect(nothing).toMatchObject({ requests: { now: 0 }, composite: { now: undefined }, evaluators: [] })
    expect(reportText(nothing, 'en')).toContain('No answer was evaluated')
  })

  test('is readable as text and as HTML in both languages', async () => {
    const report = await reported()
    expect(reportText(report, 'en')).toMatch(/refusal +30 +110 +27\.3% +19\.8–36\.3% +\+22\.3 worse/)
    expect(reportText(report, 'zh')).toContain('拒答 (refusal)')
    const html = reportHtml(report, 'zh')
    expect(html).toContain('综合得分')
    expect(html).toContain('question &lt;')
    expect(html).not.toContain('question <')
  })
})
