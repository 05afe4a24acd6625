import { modelOf } from '../../model/request.ts'
import type { RequestStore } from '../../storage/request-store.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import type { DriftConfig } from '../config.ts'
import { SketchSet } from '../sketch-set.ts'
import { watchedValues } from '../watched-values.ts'

/** The stretch is read in so many parts of equal length, so that a sample covers all of it. */
const PARTS = 20
const SAMPLE_PER_PART = 100

/** Sketches of stored requests of a stretch of time: of all, or of a sample of 2,000 that is spread over it. */
export async function readStoredWindow(
  requests: Pick<RequestStore, 'listRequests' | 'request'>,
  { minMs, maxMs }: TimeRange,
  config: DriftConfig,
): Promise<SketchSet> {
  const sketches = new SketchSet()
  const length = (maxMs - minMs) / PARTS
  for (let part = 0; part < PARTS; part++) {
    // Both ends of a range belong to it; parts must not share one.
    const range = { minMs: minMs + part * length, maxMs: minMs + (part + 1) * length - 1 }
    const page = await requests.listRequests({ range, filter: {}, limit: SAMPLE_PER_PART })
    for (const { traceId, spanId } of page.rows) {
      // The list has previews; features need the whole texts.
      const request = await requests.request(traceId, spanId)
      if (request === undefined) continue
      for (const [feature, value] of watchedValues(config, request)) sketches.add(modelOf(request.span), feature, value)
    }
  }
  return sketches
}
