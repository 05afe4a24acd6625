import { z } from 'zod'

/** A text that YAML may have read as a number or a boolean. */
export const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String)

/** The same, where absent and null read as ''. */
export const text = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((value) => (value === undefined || value === null ? '' : String(value)))

export function flag(fallback: boolean) {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? fallback)
}

/** A list that a file may also leave empty (`null`). */
export function listOf<T extends z.ZodType>(
  item: T,
): z.ZodPipe<
  z.ZodOptional<z.ZodNullable<z.ZodArray<T>>>,
  z.ZodTransform<z.output<T>[], z.output<T>[] | null | undefined>
> {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? [])
}

export const texts = listOf(text)

export const textMap = z
  .record(z.string(), text)
  .nullish()
  .transform((value) => value ?? {})
