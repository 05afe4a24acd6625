import { z } from 'zod'
import { durationOr, sendResolved, textOr, url } from '../../config-values.ts'
import { flag, text, texts } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

/** A template, or a template that is left alone when an issue is updated. */
function field(fallback: string) {
  return z
    .union([z.string(), z.strictObject({ template: text, enable_update: flag(true) })])
    .nullish()
    .transform((value) => {
      if (typeof value === 'object' && value !== null) return { ...value, template: value.template || fallback }
      return { template: value ?? fallback, enable_update: true }
    })
}

export const jiraConfig = z.strictObject({
  send_resolved: sendResolved(true),
  http_config: httpConfig.nullish(),
  api_url: url,
  api_type: z.enum(['auto', 'cloud', 'datacenter']).default('auto'),
  project: text.refine((value) => value !== '', 'missing project in jira_config'),
  summary: field('{{ template "jira.default.summary" . }}'),
  description: field('{{ template "jira.default.description" . }}'),
  labels: texts,
  priority: textOr('{{ template "jira.default.priority" . }}'),
  issue_type: text.refine((value) => value !== '', 'missing issue_type in jira_config'),
  reopen_transition: text,
  resolve_transition: text,
  wont_fix_resolution: text,
  reopen_duration: durationOr(0),
  fields: z
    .record(z.string(), z.json())
    .nullish()
    .transform((value) => value ?? {}),
})

export type JiraConfig = z.output<typeof jiraConfig>

export function completeJira(config: JiraConfig, global: GlobalConfig): JiraConfig {
  const complete = { ...config, api_url: config.api_url || global.jira_api_url }
  if (complete.api_url === '') throw new ReceiverConfigError('no global Jira Cloud URL set')
  return complete
}
