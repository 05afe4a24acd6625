import { z } from 'zod'
import { AnchoredRegex, RegexSyntaxError } from '../util/anchored-regex.ts'
import { hasReference } from './regex-template.ts'
import { RELABEL_ACTIONS, type RelabelAction, type RelabelRule } from './relabel-rule.ts'

const DEFAULTS = { separator: ';', regex: '(.*)', modulus: 0, target_label: '', replacement: '$1' }

const action = z
  .string()
  .default('replace')
  .transform((text, context): RelabelAction => {
    const known = RELABEL_ACTIONS.find((name) => name === text.toLowerCase())
    if (known !== undefined) return known
    context.addIssue({
      code: 'custom',
      message: `unknown relabel action ${JSON.stringify(text)} (allowed: ${RELABEL_ACTIONS.join(', ')})`,
    })
    return z.NEVER
  })

const regex = z
  .union([z.string(), z.number(), z.boolean()])
  .default(DEFAULTS.regex)
  .transform((value, context): AnchoredRegex => {
    try {
      return AnchoredRegex.compile(String(value))
    } catch (error) {
      if (!(error instanceof RegexSyntaxError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const fields = z.strictObject({
  source_labels: z.array(z.string().min(1)).optional(),
  separator: text.default(DEFAULTS.separator),
  regex,
  modulus: z.int().min(0).default(DEFAULTS.modulus),
  target_label: z.string().default(DEFAULTS.target_label),
  replacement: text.default(DEFAULTS.replacement),
  action,
})

type RelabelFields = z.output<typeof fields>

/** One entry of `relabel_configs`, word for word Prometheus's; the output is ready to be applied. */
export const relabelRuleConfig = fields.transform((config, context): RelabelRule => {
  const message = faultOf(config)
  if (message === undefined) return ruleOf(config)
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

export const relabelConfigs = z
  .array(relabelRuleConfig)
  .nullish()
  .transform((rules) => rules ?? [])

function ruleOf(config: RelabelFields): RelabelRule {
  return {
    action: config.action,
    sourceLabels: config.source_labels ?? [],
    separator: config.separator,
    regex: config.regex,
    modulus: config.modulus,
    targetLabel: config.target_label,
    replacement: config.replacement,
  }
}

const NEED_TARGET: ReadonlySet<RelabelAction> = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
])
const FIXED_REPLACEMENT: ReadonlySet<RelabelAction> = new Set(['lowercase', 'uppercase', 'keepequal', 'dropequal'])

/** What Prometheus refuses in a rule whose fields are right one by one, in its words. Undefined: nothing. */
function faultOf(config: RelabelFields): string | undefined {
  const { action: name, target_label: target } = config
  if (name === 'hashmod' && config.modulus === 0) {
    return 'relabel configuration for hashmod requires non-zero modulus'
  }
  if (NEED_TARGET.has(name) && target === '') {
    return `relabel configuration for ${name} action requires 'target_label' value`
  }
  // Any text is a label name since Prometheus 3; a reference is expanded by `replace` only.
  if (NEED_TARGET.has(name) && name !== 'replace' && hasReference(target)) {
    return `${JSON.stringify(target)} is invalid 'target_label' for ${name} action`
  }
  if (FIXED_REPLACEMENT.has(name) && config.replacement !== DEFAULTS.replacement) {
    return `'replacement' can not be set for ${name} action`
  }
  if (name === 'labelmap' && config.replacement === '') {
    return `${JSON.stringify(config.replacement)} is invalid 'replacement' for labelmap action`
  }
  return faultOfSurplusFields(config)
}

function faultOfSurplusFields(config: RelabelFields): string | undefined {
  const isPlain =
    config.modulus === DEFAULTS.modulus &&
    config.separator === DEFAULTS.separator &&
    config.replacement === DEFAULTS.replacement
  switch (config.action) {
    case 'keepequal':
    case 'dropequal':
      return isPlain && config.regex.pattern === DEFAULTS.regex
        ? undefined
        : `${config.action} action requires only 'source_labels' and 'target_label', and no other fields`
    case 'labeldrop':
    case 'labelkeep':
      return isPlain && config.source_labels === undefined && config.target_label === ''
        ? undefined
        : `${config.action} action requires only 'regex', and no other fields`
    default:
      return undefined
  }
}
