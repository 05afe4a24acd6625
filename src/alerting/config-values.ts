import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'
import { flag, text } from '../util/yaml-values.ts'

/** A text with a value of its own when nothing is written. */
export function textOr(fallback: string) {
  return z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .transform((value) => (value === undefined || value === null ? fallback : String(value)))
}

export const count = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? 0)

/** Milliseconds of a duration as Prometheus writes it (`1m30s`); undefined when it is absent. */
export const duration = z
  .union([z.string(), z.literal(0)])
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null) return undefined
    try {
      return parseDuration(String(value))
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })

export function durationOr(fallbackMs: number) {
  return duration.transform((value) => value ?? fallbackMs)
}

const GO_UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
}

/** Milliseconds of a duration as Go writes it (`1.5h`, `300ms`); some fields of receivers take these. */
export function goDurationOr(fallbackMs: number) {
  return z
    .union([z.string(), z.literal(0)])
    .nullish()
    .transform((value, context) => {
      if (value === undefined || value === null) return fallbackMs
      const written = String(value)
      if (written === '0') return 0
      if (!/^(?:\d+(?:\.\d*)?(?:h|ms|m|s|us|µs|ns))+$/.test(written)) {
        context.addIssue({
          code: 'custom',
          message: `time: invalid duration ${JSON.stringify(written)} (expected for example 30s, 1m30s)`,
        })
        return z.NEVER
      }
      const parts = [...written.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)]
      return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (GO_UNITS_MS[unit ?? ''] ?? 0), 0)
    })
}

/** What is wrong with a URL that must be HTTP, or undefined. */
export function urlProblem(value: string): string | undefined {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(value)?.[1] ?? ''
  if (scheme !== 'http' && scheme !== 'https')
    return `unsupported scheme ${JSON.stringify(scheme)} for URL (expected http or https)`
  if (!/^https?:\/\/[^/?#]/.test(value)) return 'missing host for URL'
  return URL.canParse(value) ? undefined : `not a valid URL: ${JSON.stringify(value)}`
}

function isUrl(value: string): boolean {
  return value === '' || urlProblem(value) === undefined
}

const urlMessage = { error: (issue: { input?: unknown }) => urlProblem(String(issue.input)) ?? 'not a valid URL' }

/** An http or https URL; '' when absent. */
export const url = text.refine(isUrl, urlMessage)

/** A URL that holds a secret. `<secret>` is what the API shows in its place and loads as nothing. */
export const secretUrl = text.transform((value) => (value === '<secret>' ? '' : value)).refine(isUrl, urlMessage)

/** A URL, or a template that renders to one. */
export const templateUrl = text.refine((value) => value.includes('{{') || isUrl(value), urlMessage)

/** `host:port`; '' when absent. */
export const hostPort = text.refine((value) => value === '' || /^(?:\[[^\]]+\]|[^:]*):[^:]+$/.test(value), {
  error: (issue) => `address ${String(issue.input)}: missing port in address (expected host:port)`,
})

/** Keys that say where and how a receiver sends, common to all of them. */
export function sendResolved(fallback: boolean) {
  return flag(fallback)
}

/** At most one of two keys; the message is Alertmanager's. */
export function atMostOne<T extends Readonly<Record<string, unknown>>>(a: keyof T & string, b: keyof T & string) {
  return [
    (config: T): boolean => !(Boolean(config[a]) && Boolean(config[b])),
    `at most one of ${a} & ${b} must be configured`,
  ] as const
}

/** At least one of two keys. */
export function oneOf<T extends Readonly<Record<string, unknown>>>(a: keyof T & string, b: keyof T & string) {
  return [
    (config: T): boolean => Boolean(config[a]) || Boolean(config[b]),
    `one of ${a} or ${b} must be configured`,
  ] as const
}
