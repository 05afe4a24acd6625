import { z } from 'zod'

/** What a Prometheus-compatible server answers, as far as it is used here. */

const labelSet = z.record(z.string(), z.string())
const timeAndValue = z.tuple([z.number(), z.string()])

export const queryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: timeAndValue }),
  z.object({ resultType: z.literal('string'), result: timeAndValue }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labelSet, value: timeAndValue.optional() })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labelSet, values: z.array(timeAndValue).optional() })),
  }),
])

export const labelSets = z.array(labelSet)
export const texts = z.array(z.string())

export const metadata = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), help: z.string().default(''), unit: z.string().default('') })),
)

export const exemplars = z.array(
  z.object({
    seriesLabels: labelSet,
    exemplars: z.array(z.object({ labels: labelSet, value: z.coerce.number(), timestamp: z.number() })),
  }),
)

const statistics = z
  .array(z.object({ name: z.string(), value: z.number() }))
  .nullish()
  .transform((list) => list ?? [])

export const tsdbStatus = z.object({
  headStats: z
    .object({
      numSeries: z.number().default(0),
      numLabelPairs: z.number().default(0),
      chunkCount: z.number().default(0),
      minTime: z.number().optional(),
      maxTime: z.number().optional(),
    })
    .optional(),
  totalSeries: z.number().optional(),
  seriesCountByMetricName: statistics,
  labelValueCountByLabelName: statistics,
  memoryInBytesByLabelName: statistics,
  seriesCountByLabelValuePair: statistics,
})

/** Go's spelling of a float. */
export function valueOf(text: string): number {
  switch (text) {
    case '+Inf':
      return Infinity
    case '-Inf':
      return -Infinity
    default:
      return Number(text)
  }
}
