import { answerFields } from '../../answer-fields.ts'
import { groupKeyHash } from '../../group-key-hash.ts'
import { attempt, type HttpSender, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { goJsonLine, goMap } from '../../template/go-json.ts'
import type { JiraConfig } from './config.ts'

const MAX_SUMMARY_LENGTH = 255
const MAX_DESCRIPTION_LENGTH = 32_767
const MINUTE_MS = 60_000

interface Issue {
  readonly key: string
  readonly isDone: boolean
}

/** Answers a JSON body, or says why not. */
type Call = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<Readonly<Record<string, unknown>>>

/** What Jira refused; carried past the steps that would have come next. */
class JiraError extends Error {
  readonly result: SendResult

  constructor(result: SendResult) {
    super('Jira refused')
    this.name = 'JiraError'
    this.result = result
  }
}

/** One issue for each group, found again by a label: created, updated, reopened and resolved (https://developer.atlassian.com/cloud/jira/platform/rest/v2/). */
export function createJira(config: JiraConfig, { templates, http }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        const call = caller(config, sender, signal)
        const label = `ALERT{${groupKeyHash(notification.groupKey)}}`
        const isFiring = notification.status === 'firing'
        try {
          const issue = await findIssue(config, { label, isFiring, text }, call)
          if (issue === undefined && isFiring) await call('POST', 'issue', newIssue(config, label, text))
          if (issue !== undefined) {
            await call('PUT', `issue/${issue.key}`, { fields: texts(config, text, true) })
            await moveIssue(config, issue, isFiring, call)
          }
          return 'sent'
        } catch (error) {
          if (error instanceof JiraError) return error.result
          throw error
        }
      }),
  }
}

function caller({ api_url }: JiraConfig, sender: HttpSender, signal: AbortSignal): Call {
  return async (method, path, body) => {
    const url = `${api_url.replace(/\/+$/, '')}/${path}`
    const headers = { 'content-type': 'application/json', 'accept-language': 'en' }
    const answer = await sender.post({ url, method, headers, body: body === undefined ? '' : goJsonLine(body) }, signal)
    const judged = judge(answer, [429])
    if (judged !== 'sent') throw new JiraError(judged)
    return answerFields(answer.body)
  }
}

interface Search {
  readonly label: string
  readonly isFiring: boolean
  readonly text: (template: string) => string
}

/** An issue that is done counts only where it may be reopened. The cloud has moved its search to another place. */
async function findIssue(config: JiraConfig, search: Search, call: Call): Promise<Issue | undefined> {
  const isCloud = config.api_type === 'cloud' || (config.api_type === 'auto' && isCloudUrl(config.api_url))
  const query = { jql: jql(config, search), maxResults: 2, fields: ['status'] }
  const found = await call('POST', isCloud ? 'search/jql' : 'search', query)
  const first: unknown = Array.isArray(found['issues']) ? found['issues'][0] : undefined
  const key = field(first, 'key')
  if (typeof key !== 'string') return undefined
  return { key, isDone: field(first, 'fields', 'status', 'statusCategory', 'key') === 'done' }
}

function jql(config: JiraConfig, { label, isFiring, text }: Search): string {
  const minutes = Math.floor(config.reopen_duration / MINUTE_MS)
  const conditions = [
    config.wont_fix_resolution === '' ? '' : `resolution != ${JSON.stringify(config.wont_fix_resolution)}`,
    isFiring && config.reopen_transition !== '' ? '' : 'statusCategory != Done',
    minutes === 0 ? '' : `(resolutiondate is EMPTY OR resolutiondate >= -${minutes}m)`,
    `project=${JSON.stringify(text(config.project))}`,
    `labels=${JSON.stringify(label)}`,
  ].filter((condition) => condition !== '')
  return `${conditions.join(' and ')} order by status ASC,resolutiondate DESC`
}

function isCloudUrl(url: string): boolean {
  return new URL(url).hostname.endsWith('.atlassian.net')
}

function newIssue(config: JiraConfig, label: string, text: Search['text']) {
  const priority = text(config.priority)
  const custom = Object.fromEntries(Object.entries(config.fields).map(([name, value]) => [name, expand(value, text)]))
  return {
    fields: goMap(
      Object.entries({
        ...custom,
        ...texts(config, text, false),
        project: { key: text(config.project) },
        issuetype: { name: text(config.issue_type) },
        labels: [...config.labels.map(text), label],
        ...(priority === '' ? {} : { priority: { name: priority } }),
      }),
    ),
  }
}

/** Summary and description, on an update those only that follow the alerts. */
function texts({ api_url, summary, description }: JiraConfig, text: Search['text'], isUpdate: boolean) {
  const wanted = (field: JiraConfig['summary']): boolean => !isUpdate || field.enable_update
  const written = cutCharacters(text(description.template), MAX_DESCRIPTION_LENGTH)
  return {
    ...(wanted(summary) ? { summary: cutCharacters(text(summary.template), MAX_SUMMARY_LENGTH) } : {}),
    ...(wanted(description) ? { description: /\/3\/*$/.test(api_url) ? richText(written) : written } : {}),
  }
}

/** Version 3 of the API takes no plain text, only Atlassian's document format; a template may write that itself. */
function richText(written: string): object {
  const own = answerFields(written)
  if (own['type'] === 'doc') return own
  const lines = written.split('\n').filter((line) => line !== '')
  const content = lines.map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] }))
  return { type: 'doc', version: 1, content }
}

/** Through the workflow: what fires again is reopened, what is over resolved, where transitions for that are named. */
async function moveIssue(config: JiraConfig, issue: Issue, isFiring: boolean, call: Call): Promise<void> {
  const name = isFiring ? config.reopen_transition : config.resolve_transition
  if (name === '' || issue.isDone !== isFiring) return
  const { transitions } = await call('GET', `issue/${issue.key}/transitions`)
  const known: readonly unknown[] = Array.isArray(transitions) ? transitions : []
  const id = field(
    known.find((transition) => field(transition, 'name') === name),
    'id',
  )
  if (typeof id !== 'string') {
    throw new JiraError({ retry: false, reason: `can't find transition ${name} for issue ${issue.key}` })
  }
  await call('POST', `issue/${issue.key}/transitions`, { transition: { id } })
}

function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
    value,
  )
}

function expand(value: unknown, text: Search['text']): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item: unknown) => expand(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, text)]))
}
