import { z } from 'zod'
import type { Matcher } from '../model/matcher.ts'
import { Matcher as LabelMatcher } from '../model/matcher.ts'
import { duration } from './config-values.ts'
import { flag, text, textMap, texts } from '../util/yaml-values.ts'
import { sortMatchers } from './matcher/matchers.ts'
import { parseMatchers } from './matcher/parse-matchers.ts'

/** A route as it is written; what it does not say it takes from its parent. */
export interface RouteConfig {
  readonly receiver: string
  /** Undefined: the parent's. `all` is `...`. */
  readonly groupBy: { readonly all: boolean; readonly labels: readonly string[] } | undefined
  readonly matchers: readonly Matcher[]
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
  readonly continue: boolean
  readonly groupWaitMs: number | undefined
  readonly groupIntervalMs: number | undefined
  readonly repeatIntervalMs: number | undefined
  /** Templates, for notifications. */
  readonly labels: Readonly<Record<string, string>>
  readonly routes: readonly RouteConfig[]
}

const CLASSIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** Matchers of the old keys `match` and `match_re`, whose names must be classic label names. */
function classicMatchers(type: '=' | '=~') {
  return z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .nullish()
    .transform((entries, context) =>
      Object.entries(entries ?? {}).flatMap(([name, value]) => {
        if (!CLASSIC_NAME.test(name)) return problem(context, `invalid label name ${JSON.stringify(name)}`)
        if (value === null && type === '=~') return problem(context, `invalid regexp value for ${JSON.stringify(name)}`)
        // Alertmanager anchors the old expressions in their text, which shows in the keys of groups.
        const text = value === null ? '' : type === '=~' ? `^(?:${value})$` : String(value)
        return attempt(context, () => [new LabelMatcher(name, type, text)])
      }),
    )
}

const newMatchers = texts.transform((lines, context) =>
  lines.flatMap((line) => attempt(context, () => parseMatchers(line))),
)

function attempt(context: z.RefinementCtx, read: () => Matcher[]): Matcher[] {
  try {
    return read()
  } catch (error) {
    return problem(context, error instanceof Error ? error.message : String(error))
  }
}

function problem(context: z.RefinementCtx, message: string): Matcher[] {
  context.addIssue({ code: 'custom', message })
  return []
}

/** The three keys under which matchers may stand, with a prefix for inhibition rules. */
export const matchKeys = { equal: classicMatchers('='), regex: classicMatchers('=~'), matchers: newMatchers }

const groupBy = z
  .array(text)
  .nullish()
  .transform((labels, context) => {
    if (labels === undefined || labels === null || labels.length === 0) return undefined
    const all = labels.includes('...')
    const names = labels.filter((label) => label !== '...')
    const fail = (message: string): void => context.addIssue({ code: 'custom', message })
    const empty = names.find((name) => name === '')
    if (empty !== undefined) fail('invalid label name "" in group_by list')
    if (all && names.length > 0) fail('cannot have wildcard group_by (`...`) and other other labels at the same time')
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) fail(`duplicated label ${JSON.stringify(twice)} in group_by`)
    return { all, labels: names }
  })

function nonZero(key: string) {
  return duration.refine((value) => value !== 0, `${key} cannot be zero`)
}

const route: z.ZodType<RouteConfig> = z.lazy(() =>
  z
    .strictObject({
      receiver: text,
      group_by: groupBy,
      match: matchKeys.equal,
      match_re: matchKeys.regex,
      matchers: matchKeys.matchers,
      mute_time_intervals: texts,
      active_time_intervals: texts,
      continue: flag(false),
      routes: z.array(route).nullish(),
      group_wait: duration,
      group_interval: nonZero('group_interval'),
      repeat_interval: nonZero('repeat_interval'),
      labels: textMap,
    })
    .transform((value) => ({
      receiver: value.receiver,
      groupBy: value.group_by,
      matchers: sortMatchers([...value.match, ...value.match_re, ...value.matchers]),
      muteTimeIntervals: value.mute_time_intervals,
      activeTimeIntervals: value.active_time_intervals,
      continue: value.continue,
      groupWaitMs: value.group_wait,
      groupIntervalMs: value.group_interval,
      repeatIntervalMs: value.repeat_interval,
      labels: value.labels,
      routes: value.routes ?? [],
    })),
)

export const routeConfig = route
