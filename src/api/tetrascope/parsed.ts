import type { z } from 'zod'
import { HttpError } from '../http-error.ts'

/** What the schema makes of a query string or a body. Throws `HttpError` 400 that names each wrong field. */
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new HttpError(400, problems.join('; '))
}
