import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { remoteWrite, startPrometheus, type WrittenSeries } from '../promql/prometheus-peer.ts'
import { freePort, hasProgram, startPeer } from '../support/peer.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const INTERVAL_MS = 15_000
const nowMs = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS
const RULES = `groups:
- name: recorded
  interval: 1s
  rules:
  - { record: 'job:jobs:sum', expr: 'sum by (job) (jobs_total)' }
`
const DATA: readonly WrittenSeries[] = ['a', 'b'].map((queue) => ({
  labels: { __name__: 'jobs_total', job: 'worker', queue },
  samples: Array.from({ length: 20 }, (_, i) => [nowMs - (19 - i) * INTERVAL_MS, i] as const),
}))

interface Server {
  readonly url: string
  stop(): Promise<void>
}

async function startVictoria(): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'victoria-'))
  const url = `http://127.0.0.1:${await freePort()}`
  // As it is, it shows samples when they are half a minute old.
  const args = [`-storageDataPath=${folder}`, `-httpListenAddr=${new URL(url).host}`, '-search.latencyOffset=1ms']
  const peer = await startPeer('victoria-metrics', args, `${url}/health`)
  return {
    url,
    async stop() {
      await peer.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const SERVERS: ReadonlyArray<readonly [program: string, start: () => Promise<Server>]> = [
  ['prometheus', startPrometheus],
  ['victoria-metrics', startVictoria],
]

describe.each(SERVERS)('a real %s as the store of metrics', (program, start) => {
  let server: Server
  let product: Tetrascope
  beforeAll(async () => {
    if (!hasProgram(program)) return
    server = await start()
    await remoteWrite(server.url, DATA)
    // The rule file is found from the configuration, which the program is given with its folder.
    product = await Tetrascope.start({
      config: `storage: { prometheus: { url: '${server.url}' } }\nrule_files: ['rules*.yml']\n`,
    })
  })
  afterAll(async () => {
    await product?.stop()
    await server?.stop()
  })

  test.skipIf(!hasProgram(program))('answers our queries, and knows what we measure', async () => {
    await eventually(
      () => product.query(`sum(jobs_total @ ${nowMs / 1000})`),
      (found) => found[0]?.value === 38,
    )
    const range = `query=jobs_total&start=${nowMs / 1000 - 30}&end=${nowMs / 1000}&step=15`
    const { data } = await product.getJson<{ data: { result: unknown[] } }>(`/api/v1/query_range?${range}`)
    expect(data.result).toHaveLength(2)
    const values = await product.getJson<{ data: string[] }>('/api/v1/label/queue/values')
    expect(values.data).toEqual(['a', 'b'])
    const own = `${server.url}/api/v1/query?query=tetrascope_spool_size_bytes`
    await eventually(
      async () => ((await (await fetch(own)).json()) as { data: { result: unknown[] } }).data.result.length,
      (count) => count > 0,
    )
  })

  test.skipIf(!hasProgram(program))('runs our rules: what they record is in the server', async () => {
    product.writeFile('rules.yml', RULES)
    product.signal('SIGHUP')
    const recorded = `${server.url}/api/v1/query?query=job:jobs:sum`
    const found = await eventually(
      async () =>
        ((await (await fetch(recorded)).json()) as { data: { result: { value: [number, string] }[] } }).data.result,
      (result) => result.length === 1,
    )
    expect(found[0]?.value[1]).toBe('38')
  })

  test.skipIf(!hasProgram(program))('tells what is wrong with a query', async () => {
    const response = await fetch(`${product.url}/api/v1/query?query=sum(`)
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.json()).toMatchObject({ status: 'error' })
  })
})
