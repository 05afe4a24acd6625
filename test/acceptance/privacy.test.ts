import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const API = '/api/tetrascope/v1/requests'
const config = (capture: string): string => `host: { enabled: false }\nprivacy: { capture: ${capture} }\n`

let product: Tetrascope
beforeAll(async () => {
  product = await Tetrascope.start({ config: config('full') })
})
afterAll(() => product.stop())

/** Sends a call of a user, at a time, and gives what is stored of its prompt. */
async function send(userId: string, timestamp = new Date().toISOString()): Promise<string | undefined> {
  const call = { model: 'm', prompt: 'write to ann.miller@contoso.com', response: 'Done', timestamp, user_id: userId }
  const answer = await product.postJson(API, call)
  expect(answer.ok, await answer.clone().text()).toBe(true)
  return (await requestsOf(userId))[0]?.promptPreview
}

async function requestsOf(userId: string): Promise<ReadonlyArray<{ readonly promptPreview: string }>> {
  const { rows } = await product.getJson<{ rows: ReadonlyArray<{ promptPreview: string }> }>(`${API}?user=${userId}`)
  return rows
}

describe('the rules of privacy', () => {
  test('are taken up by a reload, over HTTP and by signal', async () => {
    expect(await send('a')).toBe('write to ann.miller@contoso.com')
    product.writeConfig(config('redacted'))
    expect((await product.post('/-/reload', '')).status).toBe(200)
    expect(await send('b')).toBe('write to [EMAIL_ADDRESS]')
    product.writeConfig(config('none'))
    product.signal('SIGHUP')
    await eventually(
      () => send(`c${Math.random()}`),
      (prompt) => prompt === '',
    )
    expect((await requestsOf('a'))[0]?.promptPreview).toBe('write to ann.miller@contoso.com')
  })
})

test('a user who was deleted stays deleted over a restart, though the sender tries again', async () => {
  const timestamp = new Date().toISOString()
  await send('dora', timestamp)
  const answer = await fetch(`${product.url}${API}?user=dora`, { method: 'DELETE' })
  expect(await answer.json()).toEqual({ spans: 1 })
  expect(await send('dora', timestamp)).toBeUndefined()
  await product.kill()
  product = await Tetrascope.start({ config: config('full'), data: product.data })
  expect(await send('dora', timestamp)).toBeUndefined()
  await eventually(
    () => product.query('sum(tetrascope_ingest_rejected_total{reason="deleted"})'),
    (samples) => samples[0]?.value === 1,
  )
  expect(await send('dora')).toBe('write to ann.miller@contoso.com')
})
