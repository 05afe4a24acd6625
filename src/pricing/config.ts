import { z } from 'zod'
import { AnchoredRegex } from '../util/anchored-regex.ts'
import { priceEntrySchema } from './price-file.ts'

const modelPattern = z.string().superRefine((pattern, context) => {
  try {
    AnchoredRegex.compile(pattern)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
  }
})

/** A model on own hardware: what an hour costs, and how many tokens that hour could have made. */
const selfHostedSchema = z.strictObject({
  /** Regular expression that the whole model name matches. */
  model: modelPattern,
  gpus: z.number().positive(),
  usd_per_gpu_hour: z.number().nonnegative(),
  /** Output tokens per second of all GPUs together at full load, as measured or as the vendor says. */
  tokens_per_second: z.number().positive(),
  /** How many input tokens cost as much as one output token. */
  input_tokens_per_output_token: z.number().positive().default(10),
})

/** `pricing` of tetrascope.yaml. */
export const pricingSchema = z.strictObject({
  /** Prices of one's own, before all tables. `model` is a regular expression that the whole name matches. */
  overrides: z.array(priceEntrySchema.extend({ model: modelPattern })).default([]),
  /** A file in the form of the table that is shipped; it wins over both tables. */
  file: z.string().default(''),
  /** What a sender says that a call cost: `prefer` takes it, `ignore` computes always. */
  reported_cost: z.enum(['prefer', 'ignore']).default('prefer'),
  /** US dollars for one unit of a currency; wins over the tables. */
  currencies: z.record(z.string(), z.number().positive()).default({}),
  self_hosted: z.array(selfHostedSchema).default([]),
})

/** One budget of `budgets`: absent scopes count everything. */
const budgetSchema = z.strictObject({
  name: z.string().min(1),
  limit_usd: z.number().positive(),
  period: z.enum(['day', 'month']).default('month'),
  model: z.string().optional(),
  user: z.string().optional(),
  feature: z.string().optional(),
  key: z.string().optional(),
  team: z.string().optional(),
})

export const budgetsSchema = z
  .array(budgetSchema)
  .default([])
  .superRefine((budgets, context) => {
    budgets.forEach((budget, i) => {
      if (budgets.findIndex((other) => other.name === budget.name) !== i) {
        context.addIssue({
          code: 'custom',
          path: [i, 'name'],
          message: `budget ${JSON.stringify(budget.name)} is given twice`,
        })
      }
    })
  })

export type PricingConfig = z.output<typeof pricingSchema>
export type BudgetConfig = z.output<typeof budgetSchema>
export type SelfHostedConfig = z.output<typeof selfHostedSchema>
