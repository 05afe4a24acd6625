import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as ask, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/peer.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const BROWSER = '/usr/bin/chromium'
const PREFIX = '/monitoring/ai'

interface Notification {
  readonly externalURL: string
  readonly alerts: { readonly generatorURL: string }[]
}

const folder = mkdtempSync(path.join(tmpdir(), 'external-url-'))
const notifications: Notification[] = []
const servers: Server[] = []
let product: Tetrascope
/** Where people find us: behind something that hands on the whole path. */
let outside = ''
/** The same behind something that takes the prefix away. */
let stripped = ''

async function listen(server: Server, port = 0): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Hands on what is below the prefix, and knows nothing else. */
function proxy(takesAway: boolean): Server {
  return createServer((request, response) => {
    const { url = '', method, headers } = request
    if (!url.startsWith(PREFIX)) return response.writeHead(502).end('not below the prefix')
    const onwards = ask(product.url + (takesAway ? url.slice(PREFIX.length) : url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    return request.pipe(onwards)
  })
}

function write(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

beforeAll(async () => {
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      notifications.push(JSON.parse(Buffer.concat(chunks).toString()) as Notification)
      response.end()
    })
  })
  const webhook = `http://127.0.0.1:${await listen(hook)}/`
  const alertmanager = write(
    'alertmanager.yml',
    `route: {receiver: hook, group_wait: 0s}\nreceivers: [{name: hook, webhook_configs: [{url: '${webhook}'}]}]\n`,
  )
  const rules = write('rules.yml', 'groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: vector(42)}]}]\n')
  const port = await freePort()
  outside = `http://127.0.0.1:${port}${PREFIX}`
  product = await Tetrascope.start({
    config: `server: {external_url: '${outside}/'}
alertmanager: ${alertmanager}
rule_files: [${rules}]
rules: {defaults: false}
`,
  })
  await listen(proxy(false), port)
  stripped = `http://127.0.0.1:${await listen(proxy(true))}${PREFIX}`
})

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await product.stop()
  rmSync(folder, { recursive: true })
})

async function firstNotification(): Promise<Notification> {
  const [first] = await eventually(
    async () => notifications,
    (all) => all.length > 0,
  )
  if (first === undefined) throw new Error('nothing was told')
  return first
}

function getPage(url: string): Promise<Response> {
  return fetch(url, { headers: { accept: 'text/html' } })
}

test('links in notifications lead below the path of external_url', async () => {
  const { externalURL, alerts } = await firstNotification()
  expect(externalURL).toBe(outside)
  expect(alerts[0]?.generatorURL).toBe(`${outside}/graph?g0.expr=vector%2842%29&g0.tab=1`)
})

test('pages, their files and the API are found there, whether the prefix arrives or not', async () => {
  for (const base of [outside, stripped]) {
    const page = await getPage(`${base}/graph?g0.expr=up`)
    const text = await page.text()
    expect(page.status).toBe(200)
    expect(text).toContain(`<base href="${PREFIX}/" />`)
    const [script = ''] = /(?<=src=")[^"]+\.js/.exec(text) ?? []
    const file = new URL(script, `${base}/`)
    expect((await fetch(file)).headers.get('content-type')).toContain('javascript')
    expect((await getPage(base)).status).toBe(200)
    expect(await (await fetch(`${base}/api/v1/query?query=1`)).json()).toMatchObject({ status: 'success' })
    expect((await fetch(`${base}/nothing.txt`)).status).toBe(404)
  }
  // On this machine itself there is no prefix, and none is needed.
  expect((await getPage(product.url)).status).toBe(200)
})

test.skipIf(!existsSync(BROWSER))('the page goes from a link to the alert, and stays below the prefix', async () => {
  const { alerts } = await firstNotification()
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(`${outside}/#/alerts?receiver=hook`)
    await page.locator('[data-alert="Always"]').waitFor()
    expect(new URL(page.url()).pathname).toBe(`${PREFIX}/alerts`)
    await page.getByRole('link', { name: 'Targets' }).click()
    await page.getByText('Nothing is scraped').waitFor()
    expect(new URL(page.url()).pathname).toBe(`${PREFIX}/targets`)
    await page.goto(alerts[0]?.generatorURL ?? '')
    expect(await page.getByLabel('PromQL expression').inputValue()).toBe('vector(42)')
  } finally {
    await browser.close()
  }
})
