import type { z } from 'zod'

/** A schema that takes only what `read` does not throw at; its error is the problem that is told. */
export function readable<T extends z.ZodType>(schema: T, read: (value: z.output<T>) => unknown): T {
  return schema.superRefine((value, context) => {
    try {
      read(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    }
  })
}
