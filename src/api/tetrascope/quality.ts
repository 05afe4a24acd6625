import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { reportHtml } from '../../evaluation/report/report-html.ts'
import { reportText } from '../../evaluation/report/report-text.ts'
import type { QualityReporter } from '../../evaluation/report/quality-reporter.ts'
import type { TruthMonitor } from '../../evaluation/truth/truth-monitor.ts'
import { parseDuration } from '../../model/duration.ts'
import type { Clock } from '../../util/clock.ts'
import type { QualityReportBody, TruthBody } from '../types.ts'
import { parsed } from './parsed.ts'

const windowMs = z.string().transform((text, context) => {
  try {
    return parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

const window = windowMs.refine((duration) => duration > 0, 'expected more than 0, for example 60m').prefault('60m')

const reportParameters = z.strictObject({
  window,
  /** Milliseconds since 1970; absent: now. */
  end: z.coerce.number().optional(),
  model: z.string().optional(),
  format: z.enum(['json', 'text', 'html']).default('json'),
  lang: z.enum(['en', 'zh']).default('en'),
})

const truthParameters = z.strictObject({ window: windowMs.prefault('24h'), model: z.string().optional() })

export interface QualityRoutes {
  readonly reporter: QualityReporter
  readonly truth: TruthMonitor
  readonly clock: Clock
}

/** GET /quality/report: the answers of a window beside the window before. GET /quality/truth: how right the models were. */
export function qualityRoutes(app: FastifyInstance, { reporter, truth, clock }: QualityRoutes): void {
  app.get('/quality/report', async (request, reply): Promise<QualityReportBody | FastifyReply> => {
    const { window: length, end, model, format, lang } = parsed(reportParameters, request.query)
    const report = await reporter.report({ endMs: end ?? clock.now(), windowMs: length, model })
    switch (format) {
      case 'json':
        return report
      case 'text':
        return reply.type('text/plain; charset=utf-8').send(reportText(report, lang))
      case 'html':
        return reply.type('text/html; charset=utf-8').send(reportHtml(report, lang))
    }
  })

  app.get('/quality/truth', (request): TruthBody => {
    const { window: length, model } = parsed(truthParameters, request.query)
    const nowMs = clock.now()
    const models = truth.report({ minMs: nowMs - length, maxMs: nowMs })
    return { models: models.filter((found) => model === undefined || found.model === model) }
  })
}
