import { METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import { and, or, sql, type Sql } from './sql.ts'

/** Alternatives longer than this are left to the matcher. */
const MAX_LITERALS = 1_000

/**
 * What the engine can tell of a matcher: series that do not meet the condition do not match. The reverse does not hold; the matcher itself
 * decides in the end, so that one implementation of regular expressions says what matches, wherever the series lie.
 */
export function labelCondition(matchers: readonly Matcher[]): Sql {
  return and(matchers.map(conditionOf))
}

export function selectorsCondition(selectors: ReadonlyArray<readonly Matcher[]>): Sql {
  return selectors.length === 0 ? sql`1` : or(selectors.map(labelCondition))
}

export function matchesAny(selectors: ReadonlyArray<readonly Matcher[]>, valueOf: (name: string) => string): boolean {
  if (selectors.length === 0) return true
  return selectors.some((matchers) => matchers.every((matcher) => matcher.matches(valueOf(matcher.name))))
}

function conditionOf(matcher: Matcher): Sql {
  const label = matcher.name === METRIC_NAME ? sql`name` : sql`labels[${matcher.name}]`
  const { literals, prefix } = matcher.regex ?? {}
  switch (matcher.type) {
    case '=':
      return sql`${label} = ${matcher.value}`
    case '!=':
      return sql`${label} != ${matcher.value}`
    case '=~':
      if (literals !== undefined && literals.size <= MAX_LITERALS) return sql`${label} IN ${[...literals]}`
      return prefix === undefined || prefix === '' ? sql`1` : sql`startsWith(${label}, ${prefix})`
    case '!~':
      return literals !== undefined && literals.size <= MAX_LITERALS ? sql`${label} NOT IN ${[...literals]}` : sql`1`
  }
}
