import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { RuleEngine } from '../../rules/rule-engine.ts'
import { alertsView, type RuleGroupView, rulesView } from '../../rules/rule-view.ts'
import { BadDataError, sendData } from './envelope.ts'
import { invalid, selectorParameters, type Parameters } from './parameters.ts'
import { route } from './route.ts'

/** `/rules`, `/alerts`. */
export function ruleRoutes(app: FastifyInstance, rules: RuleEngine): void {
  route(app, '/rules', (parameters, _request, reply) => {
    const type = typeParameter(parameters)
    const excludeAlerts = excludeAlertsParameter(parameters)
    const selectors = selectorParameters(parameters, (reason) => invalid('match[]', reason))
    const filter = {
      ruleNames: parameters.getAll('rule_name[]'),
      groupNames: parameters.getAll('rule_group[]'),
      files: parameters.getAll('file[]'),
      excludeAlerts,
      ...(type !== undefined && { type }),
      ...(selectors.length > 0 && {
        matches: (labels: Readonly<Record<string, string>>) =>
          selectors.some((matchers) => matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ''))),
      }),
    }
    return sendData(reply, page(rulesView(rules.groups, filter).groups, parameters))
  })

  route(app, '/alerts', (_parameters, _request, reply) => sendData(reply, alertsView(rules.groups)))
}

interface RulesPage {
  readonly groups: readonly RuleGroupView[]
  readonly groupNextToken?: string
}

/** The part of the groups that `group_limit` and `group_next_token` ask for; without them all. */
function page(groups: readonly RuleGroupView[], parameters: Parameters): RulesPage {
  const limitText = parameters.get('group_limit') ?? ''
  const token = parameters.get('group_next_token') ?? ''
  if (limitText === '') {
    if (token !== '')
      throw invalid('group_limit', 'group_limit needs to be present in order to paginate over the groups')
    return { groups }
  }
  if (!/^\d+$/.test(limitText)) throw invalid('group_limit', 'group_limit must be a non-negative number')
  const from = token === '' ? 0 : groups.findIndex((group) => tokenOf(group) === token)
  if (from === -1) {
    throw new BadDataError(`invalid group_next_token '${token}'. were rule groups changed?`)
  }
  const end = from + Number(limitText)
  const next = groups[end]
  return { groups: groups.slice(from, end), ...(next !== undefined && { groupNextToken: tokenOf(next) }) }
}

/** A name for a group that goes through a URL: as Prometheus builds it. */
function tokenOf({ file, name }: RuleGroupView): string {
  return createHash('sha1').update(`${file};${name}`).digest('hex')
}

function typeParameter(parameters: Parameters): 'alert' | 'record' | undefined {
  const type = (parameters.get('type') ?? '').toLowerCase()
  if (type === '') return undefined
  if (type !== 'alert' && type !== 'record') throw invalid('type', `not supported value ${JSON.stringify(type)}`)
  return type
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['', '0', 'f', 'F', 'FALSE', 'false', 'False'])

function excludeAlertsParameter(parameters: Parameters): boolean {
  const text = parameters.get('exclude_alerts') ?? ''
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  throw invalid(
    'exclude_alerts',
    `error converting exclude_alerts: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  )
}
