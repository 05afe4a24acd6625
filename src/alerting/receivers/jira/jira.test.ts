import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  notifyOnce,
  Provider,
  type ProviderRequest,
  receiverOf,
  resolvedNotification,
} from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

const LABEL = 'ALERT{a322baf07d3f8bfb9ac3f57ca15c13058e912536dc26ab3265e81d1ef687f2fe}'

function jira(more = '', path = '/rest/api/2'): ReturnType<typeof receiverOf> {
  return receiverOf(
    `jira_configs: [{api_url: "${provider.url}${path}", project: P, issue_type: Bug, summary: "{{ .Status }}", description: d, labels: [us], priority: High, reopen_transition: Reopen, resolve_transition: Done, reopen_duration: 1h ${more}}]`,
  )
}

/** A project with one issue, in a state, or with none. */
function project(state: 'none' | 'open' | 'done') {
  return ({ method, url }: ProviderRequest) => {
    const issue = { key: 'P-1', fields: { status: { statusCategory: { key: state === 'done' ? 'done' : 'new' } } } }
    if (url.includes('/search')) return { body: { issues: state === 'none' ? [] : [issue] } }
    if (method !== 'GET') return { status: 201, body: {} }
    return {
      body: {
        transitions: [
          { id: '11', name: 'Done' },
          { id: '12', name: 'Reopen' },
        ],
      },
    }
  }
}

function calls(): string[] {
  return provider.got.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())
}

test('a new group makes an issue', async () => {
  provider.reset(project('none'))
  expect(await notifyOnce(jira(', fields: {customfield_1: {value: "{{ .CommonLabels.layer }}"}}'))).toBe('sent')
  expect(calls()).toEqual([
    `POST /rest/api/2/search {"jql":"(resolutiondate is EMPTY OR resolutiondate \\u003e= -60m) and project=\\"P\\" and labels=\\"${LABEL}\\" order by status ASC,resolutiondate DESC","maxResults":2,"fields":["status"]}`,
    `POST /rest/api/2/issue {"fields":{"customfield_1":{"value":"application"},"description":"d","issuetype":{"name":"Bug"},"labels":["us","${LABEL}"],"priority":{"name":"High"},"project":{"key":"P"},"summary":"firing"}}`,
  ])
})

test('an issue that is done is reopened, one that is open is resolved', async () => {
  provider.reset(project('done'))
  expect(await notifyOnce(jira())).toBe('sent')
  expect(calls().slice(1)).toEqual([
    'PUT /rest/api/2/issue/P-1 {"fields":{"summary":"firing","description":"d"}}',
    'GET /rest/api/2/issue/P-1/transitions',
    'POST /rest/api/2/issue/P-1/transitions {"transition":{"id":"12"}}',
  ])
  provider.reset(project('open'))
  expect(await notifyOnce(jira(), resolvedNotification())).toBe('sent')
  expect(calls().at(-1)).toBe('POST /rest/api/2/issue/P-1/transitions {"transition":{"id":"11"}}')
})

test('what resolved without an issue makes none', async () => {
  provider.reset(project('none'))
  expect(await notifyOnce(jira(), resolvedNotification())).toBe('sent')
  expect(calls()).toHaveLength(1)
})

test('version 3 takes documents, and the cloud searches elsewhere', async () => {
  provider.reset(project('none'))
  await notifyOnce(jira(', api_type: cloud', '/rest/api/3'))
  expect(provider.got[0]?.url).toBe('/rest/api/3/search/jql')
  expect(provider.got[1]?.body).toContain(
    '"description":{"content":[{"content":[{"text":"d","type":"text"}],"type":"paragraph"}],"type":"doc","version":1}',
  )
})

test('too often may come later; an unknown field or transition not', async () => {
  provider.reset(() => ({ status: 429, headers: { 'retry-after': '5' } }))
  expect(await notifyOnce(jira())).toMatchObject({ retry: true, retryAfterMs: 5_000 })
  provider.reset(project('done'))
  const nowhere = `jira_configs: [{api_url: "${provider.url}", project: P, issue_type: Bug, reopen_transition: Nowhere}]`
  expect(await notifyOnce(receiverOf(nowhere))).toEqual({
    retry: false,
    reason: "can't find transition Nowhere for issue P-1",
  })
})
