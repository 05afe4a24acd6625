import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LabelsBody } from '../../src/api/types.ts'
import { Tetrascope } from '../support/tetrascope.ts'

const BROWSER = '/usr/bin/chromium'
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

describe.skipIf(!existsSync(BROWSER))('the page in Chromium', () => {
  let product: Tetrascope
  let browser: Browser
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    const own = "{ model: 'gpt-4o', gpus: 1, usd_per_gpu_hour: 12, tokens_per_second: 100 }"
    const budgets = '[{ name: chat, limit_usd: 0.003, period: day }, { name: large, limit_usd: 100 }]'
    product = await Tetrascope.start({ config: `pricing: { self_hosted: [${own}] }\nbudgets: ${budgets}\n` })
    await product.post('/v1/traces', oneCall(), { 'content-type': 'application/json' })
    browser = await chromium.launch({ executablePath: BROWSER, args: QUIET })
    page = await browser.newPage({ locale: 'en-US' })
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(product.url) && !request.url().startsWith('data:'))
        errors.push(`asked ${request.url()}`)
    })
    await page.goto(product.url)
  })
  afterAll(async () => {
    await browser.close()
    await product.stop()
  })

  test('shows the four layers with their health', async () => {
    await page.waitForSelector('section[data-layer="business"]')
    const layers = await page
      .locator('section[data-layer]')
      .evaluateAll((sections) => sections.map((section) => section.getAttribute('data-layer')))
    expect(layers).toEqual(['infrastructure', 'application', 'model_quality', 'business'])
    await page.waitForSelector('[data-metric="memory_utilization"]')
    expect(await page.locator('[data-metric="memory_utilization"]').innerText()).toMatch(/Memory used\s+[\d.]+%/)
  })

  test('switches language and remembers it', async () => {
    await page.getByText('中文').click()
    await page.getByRole('heading', { name: '基础设施层' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '业务层' }).waitFor()
    await page.getByText('EN', { exact: true }).click()
    await page.getByRole('heading', { name: 'Business' }).waitFor()
  })

  test('a stretch that is marked in a chart is what all pages look at, until somebody goes back to now', async () => {
    const chart = page.locator('[data-metric="memory_utilization"]').getByRole('img')
    await chart.locator('canvas').waitFor()
    const box = await chart.boundingBox()
    if (box === null) throw new Error('the chart is not on the page')
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + 20, { steps: 4 })
    await page.mouse.up()
    await page.getByText('Looking at').waitFor()
    await page.locator('[data-note="fixed-range"]').getByRole('link', { name: 'Requests' }).click()
    const { pathname, searchParams } = new URL(page.url())
    expect(pathname).toBe('/requests')
    const lengthMs = Number(searchParams.get('to')) - Number(searchParams.get('from'))
    expect(lengthMs / 1000).toBeGreaterThan(80)
    expect(lengthMs / 1000).toBeLessThan(100)
    await page.getByRole('button', { name: 'Back to now' }).click()
    await expect.poll(() => new URL(page.url()).search).toBe('')
  })

  test('lists a request and opens it', async () => {
    await page.getByRole('link', { name: 'Requests', exact: true }).click()
    await page.getByText('What is a span?').click()
    await page.getByText('A span is one operation in a trace.').waitFor()
    await page.locator('[data-card="evaluations"]').getByText('refusal').waitFor()
  })

  test('a request is judged by hand, and judged again', async () => {
    const card = page.locator('[data-card="labels"]')
    await card.getByLabel('Comment').fill('Clear')
    await card.getByRole('button', { name: 'Good' }).click()
    await card.getByText('Clear').waitFor()
    await card.getByRole('button', { name: 'Bad' }).click()
    await card.locator('[data-label="feedback"]').getByText('Bad').waitFor()
    expect(await card.locator('[data-label="feedback"]').count()).toBe(1)
    await card.getByLabel('What would be right').fill('an operation')
    await card.getByRole('button', { name: 'Save' }).click()
    await card.locator('[data-label="ground_truth"]').getByText('an operation').waitFor()
    const { pathname } = new URL(page.url())
    const { labels } = await product.getJson<LabelsBody>(`/api/tetrascope/v1${pathname}/labels`)
    expect(labels.map(({ type, value, comment }) => ({ type, value, comment }))).toEqual(
      expect.arrayContaining([
        { type: 'feedback', value: 0, comment: 'Clear' },
        expect.objectContaining({ type: 'custom' }),
      ]),
    )
  })

  test('the quality report says what was flagged, beside the window before', async () => {
    await page.getByRole('link', { name: 'Quality' }).click()
    await page.locator('[data-evaluator="refusal"]').getByText('0.0%').first().waitFor()
    await page.getByText('Composite score').first().waitFor()
  })

  test('two groups of requests are compared from the requests page', async () => {
    await page.getByRole('link', { name: 'Requests', exact: true }).click()
    // Five minutes, and what has passed since the last step of the charts.
    await page
      .locator('[data-note="own-hardware"]')
      .getByText(/gpt-4o \$1\.0\d, idle 100\.0%/)
      .waitFor()
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.goto(`${product.url}/requests/compare?by=model&a=gpt-4o&b=gpt-4o`)
    await page.locator('[data-figure="error_rate"]').getByText('no evidence').waitFor()
  })

  test('the cost page says what was spent on what, what of it is not known, and what is left of the budgets', async () => {
    const sent = await product.postJson('/api/tetrascope/v1/requests', { requests: pricedCalls() })
    expect(sent.status).toBe(200)
    await page.getByRole('link', { name: 'Cost', exact: true }).click()
    // 1,000 input tokens of which 600 were cached, and 100 of output, twice; the third call has no price.
    await page.locator('[data-cost="total"]').getByText('$0.0038').waitFor()
    await page.locator('[data-cost="total"]').getByText('requests with an unknown cost').waitFor()
    await page.locator('[data-cost="request"]').getByText('$0.0019').waitFor()
    await page.locator('[data-cost="cache"]').getByText('saved $0.0018').waitFor()
    await page.locator('[data-cost-of="gpt-4.1"]').getByText('$0.0038').waitFor()
    expect(await page.locator('[data-cost-of="nobody-knows"]').innerText()).toMatch(/^nobody-knows\s+–\s+–/)
    await page.locator('[data-unpriced="nobody-knows"]').getByText('unknown price').waitFor()
    await page.locator('[data-budget="chat"]').getByText('used up').waitFor()
    await page.locator('[data-budget="large"]').getByText('within').waitFor()
    await page
      .locator('[data-hardware="gpt-4o"]')
      .getByText(/^(99|100)\.\d%$/)
      .waitFor()
    await page.locator('[data-section="cost-chart"] canvas').waitFor()
  })

  test('a user and a team on the cost page lead to their requests', async () => {
    await page.getByText('User', { exact: true }).click()
    await page.locator('[data-cost-of="cost-ann"]').getByText('50.0%').waitFor()
    await page.getByRole('link', { name: 'cost-ann' }).click()
    await page.getByRole('button', { name: 'User cost-ann' }).waitFor()
    await expect.poll(() => page.locator('[data-table="requests"] tbody tr').count()).toBe(1)
    await page.getByRole('button', { name: 'User cost-ann' }).click()
    await page.getByText('What is a span?').waitFor()
    await page.getByRole('link', { name: 'Cost', exact: true }).click()
    await page.getByText('Team', { exact: true }).click()
    await page.getByRole('link', { name: 'research' }).click()
    await page.getByRole('button', { name: 'Team research' }).waitFor()
    await expect.poll(() => page.locator('[data-table="requests"] tbody tr').count()).toBe(1)
  })

  test.each([
    ['Alerts', 'Rules'],
    ['Targets', 'Nothing is scraped'],
    ['Logs', 'No log line'],
  ])('%s opens', async (link, text) => {
    await page.getByRole('link', { name: link, exact: true }).click()
    await page.getByText(text).first().waitFor()
  })

  test('a link from a notification shows its group, which is acknowledged and silenced at a click each', async () => {
    const endsAt = new Date(Date.now() + 600_000).toISOString()
    const alerts = ['Leak', 'Flood'].map((alertname) => ({ labels: { alertname, severity: 'P2' }, endsAt }))
    alerts.push({ labels: { alertname: 'Alive', severity: 'none' }, endsAt })
    expect((await product.postJson('/alertmanager/api/v2/alerts', alerts)).status).toBe(200)
    await page.goto(`${product.url}/#/alerts?receiver=page&filter=${encodeURIComponent('{alertname="Leak"}')}`)
    const card = page.locator('[data-alert="Leak"]')
    await card.waitFor()
    expect(await page.locator('[data-alert="Flood"]').count()).toBe(0)
    await page.getByLabel('Your name').fill('Ada')
    await card.getByRole('button', { name: 'Acknowledge' }).click()
    await card.getByText('Acknowledged: Ada').waitFor()
    await card.getByRole('button', { name: 'Silence for 2 h' }).click()
    await card.getByRole('button', { name: 'Silenced' }).waitFor()
    await page.locator('[data-event="acknowledgement"]').getByText('Ada (page)').waitFor()
    const silence = page.locator('[data-silence]').filter({ hasText: 'alertname="Leak"' })
    await silence.getByText('Ada', { exact: true }).waitFor()
    await silence.getByRole('button', { name: 'Expire' }).click()
    await card.getByRole('button', { name: 'Silence for 2 h' }).waitFor()
    await page.getByText('Show all').click()
    await page.locator('[data-alert="Flood"]').waitFor()
    const names = await page
      .locator('[data-alert]')
      .evaluateAll((cards) => cards.map((c) => c.getAttribute('data-alert')))
    // What needs somebody comes first, and what only says that all is well is not among it.
    expect(names.indexOf('Alive')).toBeGreaterThan(names.indexOf('Flood'))
  })

  test('log lines are narrowed down by their level', async () => {
    const logs = [
      { level: 'info', message: 'all is calm' },
      { level: 'error', message: 'the pump is stuck' },
    ]
    expect((await product.postJson('/api/tetrascope/v1/logs', { logs })).status).toBe(200)
    await page.getByRole('link', { name: 'Logs' }).click()
    await page.getByText('all is calm').waitFor()
    await page
      .getByRole('combobox', { name: 'Level' })
      .or(page.getByRole('textbox', { name: 'Level' }))
      .click()
    await page.getByRole('option', { name: 'error' }).click()
    await page.getByText('all is calm').waitFor({ state: 'hidden' })
    await page.getByText('the pump is stuck').waitFor()
  })

  test('a query is drawn, and a wrong one shows where it is wrong', async () => {
    await page.getByRole('link', { name: 'Query' }).click()
    const input = page.getByLabel('PromQL expression')
    await input.fill('up')
    await input.press('Enter')
    await page.getByText('up{').first().waitFor()
    await input.fill('sum(up')
    await input.press('Enter')
    await page
      .getByText(/parse error/)
      .first()
      .waitFor()
    await page.locator('[data-wrong-place] mark').waitFor()
    await input.fill('sum(rat')
    await input.press('ArrowDown')
    await input.press('Tab')
    await input.pressSequentially('process_cpu_sec')
    await page.getByRole('option', { name: 'process_cpu_seconds_total' }).click()
    await input.pressSequentially('[5m]))')
    await input.press('Enter')
    await page.getByText('1 series').waitFor()
    expect(new URL(page.url()).searchParams.get('g0.expr')).toBe('sum(rate(process_cpu_seconds_total[5m]))')
  })

  test('nothing failed on the way and nothing was asked of other hosts', () => {
    expect(errors).toEqual([])
  })
})

function pricedCalls(): unknown[] {
  const call = { input_tokens: 1_000, output_tokens: 100, cache_read_tokens: 600, timestamp: Date.now() }
  return [
    { ...call, model: 'gpt-4.1', provider: 'openai', user_id: 'cost-ann', team: 'research' },
    { ...call, model: 'gpt-4.1', provider: 'openai', user_id: 'cost-bob' },
    { ...call, model: 'nobody-knows', user_id: 'cost-bob' },
  ]
}

function oneCall(): string {
  const now = `${Date.now()}000000`
  const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } })
  const message = (role: string, content: string): string =>
    JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'chat gpt-4o',
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      text('gen_ai.operation.name', 'chat'),
      text('gen_ai.request.model', 'gpt-4o'),
      text('gen_ai.input.messages', message('user', 'What is a span?')),
      text('gen_ai.output.messages', message('assistant', 'A span is one operation in a trace.')),
    ],
  }
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
}
