import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProbeMonitor, ProbeStatus } from '../../evaluation/probes/probe-monitor.ts'
import { type ProbeRun, summaryOf } from '../../evaluation/probes/probe-run.ts'
import { HttpError } from '../http-error.ts'
import type { ProbeBody, ProbeRunBody, ProbesBody } from '../types.ts'
import { parsed } from './parsed.ts'

const pinBody = z.strictObject({ probe: z.string().min(1) })

/** GET /probes: the sets with their last run and what failed in it. POST /probes/pins: keeps the newest runs of a set as its baseline. */
export function probeRoutes(app: FastifyInstance, probes: ProbeMonitor): void {
  const list = (): ProbesBody => ({ probes: probes.statuses().map(probeBody) })

  app.get('/probes', list)

  app.post('/probes/pins', async (request, reply): Promise<ProbesBody> => {
    const { probe } = parsed(pinBody, request.body)
    if (!(await probes.pin(probe))) throw new HttpError(404, `no probe ${JSON.stringify(probe)} that has run`)
    reply.status(201)
    return list()
  })
}

function probeBody({ set, lastRun, changes, isRunning, nextRunMs, baselineRuns }: ProbeStatus): ProbeBody {
  const { name, endpoint, interval, baseline } = set.config
  return {
    name,
    model: endpoint.model,
    items: set.items.length,
    intervalMs: interval,
    baseline,
    baselineRuns,
    isRunning,
    nextRunMs: nextRunMs ?? null,
    lastRun: lastRun === undefined ? null : runBody(lastRun),
    changes,
  }
}

function runBody(run: ProbeRun): ProbeRunBody {
  const { startedMs, endedMs, answeredBy, fingerprints, items } = run
  const failing = items
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, outcome, failures, error, latencyMs }) => ({ id, outcome, failures, error, latencyMs }))
  return { ...summaryOf(run), startedMs, endedMs, answeredBy, fingerprints, failing }
}
