import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Tetrascope } from '../support/tetrascope.ts'

const run = promisify(execFile)
const main = path.resolve(import.meta.dirname, '../../dist/main.js')
const now = Math.floor(Date.now() / 1000)

describe('importing files', () => {
  let product: Tetrascope
  beforeAll(async () => {
    product = await Tetrascope.start({ config: 'host: { enabled: false }\n' })
  })
  afterAll(() => product.stop())

  const importFile = (file: string): Promise<{ stdout: string }> =>
    run(process.execPath, [main, 'import', '--url', product.url, file])

  test('OpenMetrics with timestamps', async () => {
    const text = `# TYPE jobs counter\n# HELP jobs Done.\njobs_total{q="a"} 1 ${now - 60}\njobs_total{q="a"} 4 ${now}\njobs_total{q="b"} 2.5 ${now}\n# EOF\n`
    const { stdout } = await importFile(product.writeFile('jobs.om', text))
    expect(stdout).toMatch(/jobs\.om: 3 samples of 2 series\n$/)
    expect(await product.query(`jobs_total @ ${now}`)).toHaveLength(2)
    expect(await product.query(`increase(jobs_total{q="a"}[2m] @ ${now + 1})`)).toHaveLength(1)
    const { data } = await product.getJson<{ data: Record<string, unknown> }>('/api/v1/metadata?metric=jobs')
    expect(data).toEqual({ jobs: [{ type: 'counter', help: 'Done.', unit: '' }] })
  })

  test('metrics without a time are refused by name', async () => {
    await expect(importFile(product.writeFile('now.prom', 'up{job="a"} 1\n'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected a timestamp for up{job="a"}, found none'),
    })
  })

  test('JSON lines of requests, with the lines that are none', async () => {
    const request = {
      model: 'imported-model',
      prompt: 'Hi',
      response: 'Hello',
      timestamp: new Date(now * 1000).toISOString(),
    }
    const file = product.writeFile('calls.jsonl', `${JSON.stringify(request)}\nnot json\n`)
    await expect(importFile(file)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /calls\.jsonl:2: not JSON: .*\n.*calls\.jsonl: 2 lines: 1 requests, 0 events, 0 logs, 1 not taken\n$/,
      ),
    })
  })
})
