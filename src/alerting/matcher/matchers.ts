import { compareText, type Labels } from '../../model/labels.ts'
import type { Matcher, MatchType } from '../../model/matcher.ts'

/** Do all matchers match? An absent label matches as ''. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  for (const matcher of matchers) if (!matcher.matches(labels.get(matcher.name))) return false
  return true
}

const TYPES: readonly MatchType[] = ['=', '!=', '=~', '!~']

/** In Alertmanager's order, which decides the text of a route's key. */
export function sortMatchers(matchers: readonly Matcher[]): Matcher[] {
  return matchers.toSorted(
    (a, b) =>
      compareText(a.name, b.name) || compareText(a.value, b.value) || TYPES.indexOf(a.type) - TYPES.indexOf(b.type),
  )
}

/** As Alertmanager prints matchers: `{a="b",c=~"d"}`. */
export function matchersText(matchers: readonly Matcher[]): string {
  return `{${matchers.map(matcherText).join(',')}}`
}

/** As Alertmanager prints one matcher; a name with reserved characters is quoted. */
export function matcherText({ name, type, value }: Matcher): string {
  const written = /[\s{}!=~,\\"'`]/.test(name) ? JSON.stringify(name) : name
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
  return `${written}${type}"${escaped}"`
}
