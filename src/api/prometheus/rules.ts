import type { FastifyInstance } from 'fastify'
import type { RuleEngine } from '../../rules/rule-engine.ts'
import { alertsView, rulesView } from '../../rules/rule-view.ts'
import { sendData } from './envelope.ts'
import { invalid, selectorParameters, type Parameters } from './parameters.ts'
import { route } from './route.ts'

/** `/rules`, `/alerts`. */
export function ruleRoutes(app: FastifyInstance, rules: RuleEngine): void {
  route(app, '/rules', (parameters, _request, reply) => {
    const type = typeParameter(parameters)
    const selectors = selectorParameters(parameters)
    const filter = {
      ruleNames: parameters.getAll('rule_name[]'),
      groupNames: parameters.getAll('rule_group[]'),
      files: parameters.getAll('file[]'),
      excludeAlerts: parameters.get('exclude_alerts') === 'true',
      ...(type !== undefined && { type }),
      ...(selectors.length > 0 && {
        matches: (labels: Readonly<Record<string, string>>) =>
          selectors.some((matchers) => matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? ''))),
      }),
    }
    return sendData(reply, rulesView(rules.groups, filter))
  })

  route(app, '/alerts', (_parameters, _request, reply) => sendData(reply, alertsView(rules.groups)))
}

function typeParameter(parameters: Parameters): 'alert' | 'record' | undefined {
  const type = parameters.get('type')
  if (type === null || type === '') return undefined
  if (type !== 'alert' && type !== 'record') throw invalid('type', `not supported value ${JSON.stringify(type)}`)
  return type
}
