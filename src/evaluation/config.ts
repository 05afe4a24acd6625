import { z } from 'zod'
import { customEvaluators } from './custom/config.ts'
import { EVALUATORS, UnknownEvaluatorError } from './evaluators.ts'
import { judgeConfig } from './judge/config.ts'
import { truthConfig } from './truth/config.ts'

const share = z.number().min(0).max(1)

/** What requests can be sorted by; each combination of values is a stratum. */
const STRATUM_FIELDS = ['model', 'user', 'feature', 'prompt_version', 'status'] as const

/** A part of every stratum, so that the rare ones are seen beside the frequent. */
const strataConfig = z
  .strictObject({
    by: z.array(z.enum(STRATUM_FIELDS)).min(1),
    /** Share of each stratum, 0-1; of one that has had none for an hour the next request in any case. */
    share: share.optional(),
    /** The first so many requests of each stratum in each minute. */
    per_minute: z.int().min(1).optional(),
  })
  .refine((strata) => (strata.share === undefined) !== (strata.per_minute === undefined), {
    error: 'expected either share or per_minute',
  })

/** Which requests are evaluated, and by what. Requests that no rule here picks still get the cheap evaluators. */
const samplingConfig = z
  .strictObject({
    /** Share of the requests that all evaluators read, 0-1. */
    share: share.default(1),
    /** Share for single models, by the model's name as it stands in the requests. */
    models: z.record(z.string(), share).default({}),
    /** Requests that are read by all evaluators besides those of the shares. Beside the default share of 1 they add nothing. */
    strata: z.array(strataConfig).max(20).default([]),
    /** Requests that are always read by all evaluators, whatever the share. */
    always: z
      .strictObject({
        error: z.boolean().default(true),
        feedback: z.boolean().default(true),
        /** Answers of at least so many output tokens; 0: length does not matter. */
        output_tokens: z.int().min(0).default(4_000),
      })
      .prefault({}),
  })
  .prefault({})

/** The section `evaluation` of the configuration. */
export const evaluationConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Names of evaluators; absent: all of them. */
    evaluators: z.array(z.string()).optional(),
    /** Whether `pii` looks for names of persons too. */
    pii_names: z.boolean().default(false),
    /** Whether requests that are not sampled are still read by the cheap evaluators. */
    cheap_for_all: z.boolean().default(true),
    sampling: samplingConfig,
    truth: truthConfig,
    judge: judgeConfig.optional(),
    /** They run whatever `evaluators` names. */
    custom: customEvaluators,
    /** Requests that wait for the worker; what does not fit is dropped and counted. */
    queue_capacity: z.int().min(1).max(1_000_000).default(20_000),
    /** Requests handed to the worker at once. */
    batch_size: z.int().min(1).max(10_000).default(256),
  })
  .superRefine(({ evaluators, custom, judge }, context) => {
    const taken = new Set(EVALUATORS.map(({ name }) => name))
    custom.forEach(({ name }, i) => {
      if (taken.has(name) || name.startsWith('judge-') || name === 'self-consistency') {
        const message = `another evaluator is named ${JSON.stringify(name)}, or the name is kept for the judge`
        context.addIssue({ code: 'custom', path: ['custom', i, 'name'], message })
      }
      taken.add(name)
    })
    evaluators?.forEach((name, i) => {
      if (taken.has(name)) return
      const { message } = new UnknownEvaluatorError(name, [...taken])
      context.addIssue({ code: 'custom', path: ['evaluators', i], message })
    })
    judge?.sampling.always.flagged.forEach((name, i) => {
      if (taken.has(name)) return
      const message = `unknown evaluator (allowed: ${[...taken].join(', ')})`
      context.addIssue({ code: 'custom', path: ['judge', 'sampling', 'always', 'flagged', i], message })
    })
  })
  .prefault({})

export type StrataConfig = z.output<typeof strataConfig>
export type StratumField = (typeof STRATUM_FIELDS)[number]
export type EvaluationConfig = z.output<typeof evaluationConfig>
