import { z } from 'zod'
import { durationText } from '../../model/duration-text.ts'

const share = z.number().min(0).max(1)

/** A server that speaks OpenAI's chat completions. */
export const endpointConfig = z
  .strictObject({
    /** What stands before `/chat/completions`: `https://api.openai.com/v1`. */
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://api.openai.com/v1' }),
    model: z.string().min(1),
    /** The provider in OpenTelemetry's words, by which the price is found; any when absent. */
    provider: z.string().default(''),
    api_key: z.string().min(1).optional(),
    /** Read anew for each call, so that the key may be changed; relative to the configuration file. */
    api_key_file: z.string().min(1).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    timeout: durationText.prefault('60s'),
    temperature: z.number().min(0).max(2).optional(),
    max_output_tokens: z.int().min(16).default(800),
    /** How an answer in JSON is asked for. `auto`: by schema, and by less when the server does not know that. */
    response_format: z.enum(['auto', 'json_schema', 'json_object', 'none']).default('auto'),
  })
  .refine(({ api_key, api_key_file }) => api_key === undefined || api_key_file === undefined, {
    error: 'at most one of api_key and api_key_file must be configured',
  })

/** Which requests a judge reads: it costs money, so by default few, and those with bad news. */
const judgeSampling = z
  .strictObject({
    share: share.default(0.01),
    /** Share for single models, by the model's name as it stands in the requests. */
    models: z.record(z.string(), share).default({}),
    always: z
      .strictObject({
        error: z.boolean().default(true),
        negative_feedback: z.boolean().default(true),
        /** Requests that one of these evaluators has flagged. */
        flagged: z.array(z.string().min(1)).default([]),
      })
      .prefault({}),
  })
  .prefault({})

/** Whether an answer comes out the same when the question is asked again: those that a model makes up do not. */
const selfConsistencyConfig = z.strictObject({
  /** How often the prompt is asked again. */
  samples: z.int().min(2).max(10).default(3),
  /** The model that is asked, at the judge's address; '': the one that gave the answer. */
  model: z.string().default(''),
  temperature: z.number().min(0).max(2).default(1),
  /** Mean agreement below which the answer is flagged, 0-1. */
  threshold: share.default(0.5),
})

/** `evaluation.judge`: a model as judge. Without the section there is none. */
export const judgeConfig = z.strictObject({
  enabled: z.boolean().default(true),
  endpoint: endpointConfig,
  /** Names of criteria that come with the product, and paths of files, relative to the configuration file. */
  criteria: z.array(z.string().min(1)).min(1).default(['faithfulness', 'helpfulness', 'safety']),
  self_consistency: selfConsistencyConfig.optional(),
  sampling: judgeSampling,
  budget: z
    .strictObject({
      /** Calls of a day (UTC). */
      calls_per_day: z.int().min(1).default(1_000),
      /** US dollars of a day (UTC); needs a known price of the model. */
      usd_per_day: z.number().positive().optional(),
    })
    .prefault({}),
  /** Calls under way at once. */
  concurrency: z.int().min(1).max(100).default(4),
  /** How often a call is tried again after 429, 5xx, a timeout or a broken connection. */
  retries: z.int().min(0).max(10).default(3),
  /** Requests that wait for the judge; what does not fit is dropped and counted. */
  queue_capacity: z.int().min(1).max(100_000).default(1_000),
  /** Judgements that are remembered, so that the same texts are not paid for twice. */
  cache_size: z.int().min(0).max(1_000_000).default(10_000),
  /** Characters of each text that the judge is shown; of longer ones the beginning and the end. */
  max_text_length: z.int().min(200).max(200_000).default(16_000),
  agreement: z
    .strictObject({
      /** Feedback that counts, by its time. */
      window: durationText.prefault('7d'),
      interval: durationText.prefault('1m'),
    })
    .prefault({}),
})

export type JudgeConfig = z.output<typeof judgeConfig>
export type EndpointConfig = JudgeConfig['endpoint']
