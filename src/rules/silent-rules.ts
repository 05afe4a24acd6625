import type { VectorSelector } from '../promql/parser/ast.ts'
import type { SampleReader } from '../storage/sample-store.ts'
import { readsOutputOf } from './expression-selectors.ts'
import type { RuleGroup } from './rule-group.ts'

/** A selector of a rule for which there is nothing. */
export interface SilentRule {
  readonly file: string
  readonly group: string
  readonly rule: string
  /** As in PromQL: `{__name__="up", job="x"}`. */
  readonly selector: string
}

/** A series counts as there when it has a sample in this time. */
const WINDOW_MS = 3_600_000

/**
 * Finds the selectors that match no series. A rule that reads another rule's output is not silent: that output may be
 * empty for good reason, and the other rule is judged itself.
 */
export async function findSilentRules(
  groups: readonly RuleGroup[],
  reader: SampleReader,
  nowMs: number,
): Promise<SilentRule[]> {
  const produced = groups.flatMap(({ definition }) => definition.rules)
  const known = new Map<string, boolean>()
  const silent: SilentRule[] = []
  for (const { definition, rules } of groups) {
    for (const { rule, selectors } of rules) {
      for (const selector of selectors) {
        if (produced.some((other) => readsOutputOf([selector], other))) continue
        const text = selectorText(selector)
        const exists = known.get(text) ?? (await hasSeries(selector, reader, nowMs))
        known.set(text, exists)
        if (!exists)
          silent.push({ file: definition.file, group: definition.name, rule: rule.definition.name, selector: text })
      }
    }
  }
  return silent
}

async function hasSeries({ matchers }: VectorSelector, reader: SampleReader, nowMs: number): Promise<boolean> {
  const range = { minMs: nowMs - WINDOW_MS, maxMs: nowMs }
  for await (const block of reader.select(matchers, range, { func: '', rangeMs: 0, stepMs: 0 })) {
    if (block.length > 0) return true
  }
  return false
}

function selectorText({ matchers }: VectorSelector): string {
  return `{${matchers.join(', ')}}`
}
