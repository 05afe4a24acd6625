import { z } from 'zod'

/** How somebody said that they are looking after an alert. */
export type AcknowledgedVia = 'link' | 'phone' | 'page' | 'api'

/** Somebody looks after a firing alert; nobody else need be called. */
export interface Acknowledgement {
  readonly timeMs: number
  readonly by: string
  readonly comment: string
  readonly via: AcknowledgedVia
}

const document = z.object({
  timeMs: z.number(),
  by: z.string(),
  comment: z.string(),
  via: z.enum(['link', 'phone', 'page', 'api']),
})

/** Undefined for what is no acknowledgement. */
export function readAcknowledgement(value: unknown): Acknowledgement | undefined {
  return document.safeParse(value).data
}
