import { createHash } from 'node:crypto'
import { compareText, Labels } from '../model/labels.ts'
import { assertNever } from '../util/assert-never.ts'
import { expandTemplate, hasReference } from './regex-template.ts'
import type { RelabelRule } from './relabel-rule.ts'

/**
 * Applies rules in order, as Prometheus's `model/relabel` does. Undefined when a rule drops the label set.
 * The same object comes back when no rule changes anything.
 */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): Labels | undefined {
  if (rules.length === 0) return labels
  const working = new WorkingLabels(labels)
  for (const rule of rules) if (!apply(rule, working)) return undefined
  return working.finish()
}

/** A label set under change. Setting '' removes. */
class WorkingLabels {
  readonly #origin: Labels
  #values: Map<string, string> | undefined

  constructor(origin: Labels) {
    this.#origin = origin
  }

  get(name: string): string {
    return this.#values === undefined ? this.#origin.get(name) : (this.#values.get(name) ?? '')
  }

  set(name: string, value: string): void {
    if (this.get(name) === value) return
    this.#values ??= new Map(this.#origin.entries())
    if (value === '') this.#values.delete(name)
    else this.#values.set(name, value)
  }

  /** A copy of the entries by name, so that they may be changed while they are gone through. */
  entries(): Array<readonly [name: string, value: string]> {
    return [...(this.#values ?? this.#origin).entries()].sort(([a], [b]) => compareText(a, b))
  }

  finish(): Labels {
    return this.#values === undefined ? this.#origin : Labels.from(this.#values)
  }
}

/** False when the rule drops the label set. */
function apply(rule: RelabelRule, labels: WorkingLabels): boolean {
  switch (rule.action) {
    case 'drop':
      return !rule.regex.test(joined(rule, labels))
    case 'keep':
      return rule.regex.test(joined(rule, labels))
    case 'dropequal':
      return labels.get(rule.targetLabel) !== joined(rule, labels)
    case 'keepequal':
      return labels.get(rule.targetLabel) === joined(rule, labels)
    default:
      change(rule, labels, rule.action)
      return true
  }
}

type ChangingAction = Exclude<RelabelRule['action'], 'drop' | 'keep' | 'dropequal' | 'keepequal'>

function change(rule: RelabelRule, labels: WorkingLabels, action: ChangingAction): void {
  switch (action) {
    case 'replace':
      return replace(rule, labels)
    case 'hashmod':
      return labels.set(rule.targetLabel, String(hashModulo(joined(rule, labels), rule.modulus)))
    case 'lowercase':
      return labels.set(rule.targetLabel, joined(rule, labels).toLowerCase())
    case 'uppercase':
      return labels.set(rule.targetLabel, joined(rule, labels).toUpperCase())
    case 'labelmap':
      return mapLabels(rule, labels)
    case 'labeldrop':
      return removeLabels(labels, (name) => rule.regex.test(name))
    case 'labelkeep':
      return removeLabels(labels, (name) => !rule.regex.test(name))
    default:
      assertNever(action)
  }
}

function joined(rule: RelabelRule, labels: WorkingLabels): string {
  return rule.sourceLabels.map((name) => labels.get(name)).join(rule.separator)
}

function replace(rule: RelabelRule, labels: WorkingLabels): void {
  const value = joined(rule, labels)
  if (value === '' && rule.regex.pattern === '(.*)' && !hasReference(rule.targetLabel + rule.replacement)) {
    return labels.set(rule.targetLabel, rule.replacement)
  }
  const groups = rule.regex.groups(value)
  if (groups === undefined) return
  const names = rule.regex.groupNames
  const target = expandTemplate(rule.targetLabel, groups, names)
  // A target that expands to nothing names no label: the rule then does nothing.
  if (target !== '') labels.set(target, expandTemplate(rule.replacement, groups, names))
}

function mapLabels(rule: RelabelRule, labels: WorkingLabels): void {
  for (const [name, value] of labels.entries()) {
    const groups = rule.regex.groups(name)
    if (groups !== undefined) labels.set(expandTemplate(rule.replacement, groups, rule.regex.groupNames), value)
  }
}

function removeLabels(labels: WorkingLabels, isRemoved: (name: string) => boolean): void {
  for (const [name] of labels.entries()) if (isRemoved(name)) labels.set(name, '')
}

/** The last 8 bytes of the MD5, big-endian, modulo: what every Prometheus computes, so that shards agree across programs. */
function hashModulo(text: string, modulus: number): bigint {
  return createHash('md5').update(text).digest().readBigUInt64BE(8) % BigInt(modulus)
}
