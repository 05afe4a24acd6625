import { METRIC_NAME } from '../model/labels.ts'
import { PlacedYaml, YamlError } from '../util/placed-yaml.ts'
import type { RuleDefinition, RuleGroupDefinition } from './rule-definition.ts'
import { parseExpr } from '../promql/parser/parser.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import { ALLOWED_KEYS, type GroupContent, type RuleContent, ruleFile } from './rule-file-schema.ts'
import { checkTemplate } from './rule-template.ts'
import { type KeyOwner, shapeErrors } from './rule-yaml.ts'

/** What a file holds; when it has errors it holds nothing that may be used. */
export interface ParsedRuleFile {
  readonly groups: readonly RuleGroupDefinition[]
  /** In promtool's words, with line and column, group, rule and its name. */
  readonly errors: readonly string[]
}

/** Reads a rule file in Prometheus's format. `file` is its name for the definitions; nothing is read from disk. */
export function parseRuleFile(file: string, text: string, syntax: ParserOptions): ParsedRuleFile {
  let yaml: PlacedYaml
  try {
    yaml = PlacedYaml.parse(text)
  } catch (error) {
    if (error instanceof YamlError) return { groups: [], errors: [error.message] }
    throw error
  }
  const parsed = ruleFile.safeParse(yaml.value)
  if (!parsed.success) return { groups: [], errors: [shapeErrors(parsed.error, yaml, ownerOf)] }
  const groups = parsed.data.groups
  const errors = groups.flatMap((group, i) => [
    ...groupErrors(groups, i, yaml),
    ...group.rules.flatMap((rule, j) => ruleErrors(group, rule, [i, j], { yaml, syntax })),
  ])
  return { groups: errors.length > 0 ? [] : groups.map((group) => groupDefinition(file, group)), errors }
}

function ownerOf(path: readonly PropertyKey[]): KeyOwner {
  const name = path.includes('rules') ? 'rule' : path.includes('groups') ? 'group' : 'file'
  return { name, allowed: ALLOWED_KEYS[name] }
}

// MEANING

function groupErrors(groups: readonly GroupContent[], index: number, yaml: PlacedYaml): string[] {
  const group = groups[index]
  if (group === undefined) return []
  const { line, column } = yaml.place(['groups', index])
  const errors: string[] = []
  if (group.name === '') errors.push(`${line}:${column}: Groupname must not be empty`)
  if (groups.findIndex(({ name }) => name === group.name) < index) {
    errors.push(`${line}:${column}: groupname: "${group.name}" is repeated in the same file`)
  }
  return [...errors, ...labelErrors(group.labels)]
}

interface Checking {
  readonly yaml: PlacedYaml
  readonly syntax: ParserOptions
}

function ruleErrors(
  group: GroupContent,
  rule: RuleContent,
  [i, j]: readonly [number, number],
  { yaml, syntax }: Checking,
): string[] {
  const name = rule.alert === '' ? rule.record : rule.alert
  const where = `group ${JSON.stringify(group.name)}, rule ${j + 1}, ${JSON.stringify(name)}: `
  const path = ['groups', i, 'rules', j]
  const at = (...keys: readonly string[]): string => {
    const { line, column } = yaml.place([...path, ...keys])
    return `${line}:${column}: `
  }
  return [
    ...kindErrors(rule).map((message) => at('record') + where + message),
    ...expressionErrors(rule.expr, syntax).map((message) => at('expr') + where + message),
    ...recordingErrors(rule).map((message) => at('record') + where + message),
    ...labelErrors(rule.labels).map((message) => at('labels') + where + message),
    ...annotationErrors(rule.annotations).map((message) => at('annotations') + where + message),
    ...templateErrors(rule).map(({ place, message }) => at(...place) + where + message),
  ]
}

function kindErrors(rule: RuleContent): string[] {
  if (rule.record !== '' && rule.alert !== '') return ["only one of 'record' and 'alert' must be set"]
  return rule.record === '' && rule.alert === '' ? ["one of 'record' or 'alert' must be set"] : []
}

function expressionErrors(expr: string, syntax: ParserOptions): string[] {
  if (expr === '') return ["field 'expr' must be set in rule"]
  try {
    parseExpr(expr, syntax)
    return []
  } catch (error) {
    return [`could not parse expression: ${error instanceof Error ? error.message : String(error)}`]
  }
}

function recordingErrors(rule: RuleContent): string[] {
  if (rule.record === '') return []
  const errors: string[] = []
  if (Object.keys(rule.annotations).length > 0) errors.push("invalid field 'annotations' in recording rule")
  if ((rule.for ?? 0) !== 0) errors.push("invalid field 'for' in recording rule")
  if ((rule.keep_firing_for ?? 0) !== 0) errors.push("invalid field 'keep_firing_for' in recording rule")
  if (!isName(rule.record)) errors.push(`invalid recording rule name: ${rule.record}`)
  if (/[{}]/.test(rule.record)) {
    errors.push(`braces present in the recording rule name; should it be in expr?: ${rule.record}`)
  }
  return errors
}

function labelErrors(labels: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(labels).filter((name) => !isName(name) || name === METRIC_NAME)
  const values = Object.values(labels).filter((value) => hasLoneSurrogate(value))
  return [
    ...names.map((name) => `invalid label name: ${name}`),
    ...values.map((value) => `invalid label value: ${value}`),
  ]
}

function annotationErrors(annotations: Readonly<Record<string, string>>): string[] {
  return Object.keys(annotations)
    .filter((name) => !isName(name))
    .map((name) => `invalid annotation name: ${name}`)
}

/** Any text that is valid UTF-8, as since Prometheus 3. */
function isName(name: string): boolean {
  return name !== '' && !hasLoneSurrogate(name)
}

/** Text that cannot be written as UTF-8. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

interface TemplateError {
  /** Within the rule. */
  readonly place: readonly [owner: string, name: string]
  readonly message: string
}

function templateErrors(rule: RuleContent): TemplateError[] {
  if (rule.alert === '') return []
  const check = (kind: 'label' | 'annotation', texts: Readonly<Record<string, string>>): TemplateError[] =>
    Object.entries(texts).flatMap(([name, text]) => {
      try {
        checkTemplate(rule.alert, text)
        return []
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        return [{ place: [`${kind}s`, name], message: `${kind} ${JSON.stringify(name)}: ${reason}` }]
      }
    })
  return [...check('label', rule.labels), ...check('annotation', rule.annotations)]
}

// DEFINITIONS

function groupDefinition(file: string, group: GroupContent): RuleGroupDefinition {
  return {
    file,
    name: group.name,
    // An interval of 0 means the global one, as in Prometheus.
    intervalMs: group.interval === 0 ? undefined : group.interval,
    queryOffsetMs: group.query_offset,
    limit: group.limit,
    rules: group.rules.map((rule) => ruleDefinition(rule, group.labels)),
  }
}

function ruleDefinition(rule: RuleContent, groupLabels: Readonly<Record<string, string>>): RuleDefinition {
  const labels = { ...groupLabels, ...rule.labels }
  if (rule.alert === '') return { kind: 'recording', name: rule.record, expr: rule.expr, labels }
  return {
    kind: 'alerting',
    name: rule.alert,
    expr: rule.expr,
    holdMs: rule.for ?? 0,
    keepFiringMs: rule.keep_firing_for ?? 0,
    labels,
    annotations: rule.annotations,
  }
}
