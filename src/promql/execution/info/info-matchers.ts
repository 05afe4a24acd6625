import { METRIC_NAME } from '../../../model/labels.ts'
import { Matcher } from '../../../model/matcher.ts'
import type { Column } from '../column.ts'

/** The labels by which a series finds its info series. */
export const IDENTIFYING_LABELS = ['instance', 'job']

/** Which info metrics and which of their labels an `info()` asks for. */
export interface InfoMatchers {
  /** On the names of info metrics. */
  readonly names: readonly Matcher[]
  /** On data labels; none: all labels are wanted. */
  readonly data: readonly Matcher[]
}

export function infoMatchers(written: readonly Matcher[] | null): InfoMatchers {
  const matchers = written ?? []
  return {
    names: effectiveNames(matchers.filter(({ name }) => name === METRIC_NAME)),
    data: matchers.filter(({ name }) => name !== METRIC_NAME),
  }
}

/** Without a name `target_info` is meant; where names are only excluded, all that end in `_info`. */
function effectiveNames(written: readonly Matcher[]): readonly Matcher[] {
  if (written.length === 0) return [new Matcher(METRIC_NAME, '=', 'target_info')]
  if (written.some(({ type }) => type === '=' || type === '=~')) return written
  return [new Matcher(METRIC_NAME, '=~', '.+_info'), ...written]
}

/** Matchers for the info series of the given series; undefined when none of these has a label to find it by. */
export function seriesMatchers(matchers: InfoMatchers, series: readonly Column[]): Matcher[] | undefined {
  const identifying = IDENTIFYING_LABELS.flatMap((name) => {
    const values = new Set(series.map(({ labels }) => labels.get(name)).filter((value) => value !== ''))
    return values.size === 0 ? [] : [new Matcher(name, '=~', [...values].map(quoteRegex).join('|'))]
  })
  return identifying.length === 0 ? undefined : [...identifying, ...matchers.data, ...matchers.names]
}

function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}
