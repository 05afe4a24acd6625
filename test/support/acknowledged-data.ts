import { Labels } from '../../src/model/labels.ts'
import type { LlmSpan } from '../../src/model/request.ts'
import { SampleBatchBuilder, type SampleBatch } from '../../src/model/sample.ts'
import { testRequest } from './test-request.ts'

export const ACKNOWLEDGED_FROM_MS = 1_750_000_000_000

/** Ten samples of time n, in ten series, now and then in new ones. */
export function acknowledgedBatch(n: number): SampleBatch {
  const batch = new SampleBatchBuilder()
  for (let i = 0; i < 10; i++) {
    const labels = Labels.from({ __name__: 'acknowledged', i: String(i), generation: String(Math.floor(n / 20)) })
    batch.add(labels, ACKNOWLEDGED_FROM_MS + n * 1_000, n + i / 10)
  }
  return batch.build()
}

/** The n-th request. */
export function acknowledgedSpan(n: number): LlmSpan {
  const { span } = testRequest({ prompt: `prompt ${n}`, response: 'x'.repeat(1_000) })
  const startMs = ACKNOWLEDGED_FROM_MS + n
  return {
    ...span,
    traceId: n.toString(16).padStart(32, '0'),
    spanId: n.toString(16).padStart(16, '0'),
    startMs,
    endMs: startMs + 5,
  }
}
