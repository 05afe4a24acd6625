import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const main = path.resolve(import.meta.dirname, '../../dist/main.js')

describe('without any configuration', () => {
  let product: Tetrascope
  beforeAll(async () => {
    product = await Tetrascope.start()
  })
  afterAll(() => product.stop())

  test('it is healthy and ready', async () => {
    expect((await fetch(`${product.url}/-/healthy`)).status).toBe(200)
    expect((await fetch(`${product.url}/-/ready`)).status).toBe(200)
  })

  test('it watches its host and itself', async () => {
    const up = await eventually(
      () => product.query('up'),
      (samples) => samples.length >= 2,
    )
    expect(up.map(({ metric }) => String(metric['job'])).toSorted()).toEqual(['host', 'tetrascope'])
    expect((await product.query('node_memory_MemTotal_bytes'))[0]?.value).toBeGreaterThan(1e8)
    expect(await product.query('node_cpu_seconds_total{mode="idle"}')).not.toEqual([])
    expect(await product.query('node_filesystem_size_bytes')).not.toEqual([])
    expect(await product.query('node_network_receive_bytes_total')).not.toEqual([])
  })

  test('the page and its files are served', async () => {
    const page = await (await fetch(`${product.url}/`)).text()
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
    expect((await fetch(product.url + script)).status).toBe(200)
    expect((await fetch(`${product.url}/requests`, { headers: { accept: 'text/html' } })).status).toBe(200)
    expect((await fetch(`${product.url}/nothing.js`)).status).toBe(404)
  })

  test('the default rules are loaded and none has an error', async () => {
    const { data } = await product.getJson<{ data: { groups: { rules: { name: string; lastError?: string }[] }[] } }>(
      '/api/v1/rules',
    )
    const rules = data.groups.flatMap(({ rules: all }) => all)
    expect(rules.length).toBeGreaterThan(8)
    expect(rules.filter(({ lastError }) => lastError !== undefined && lastError !== '')).toEqual([])
  })

  test('the terminal shows the four layers in both languages', async () => {
    const english = spawnSync(process.execPath, [main, 'status', '--url', product.url, '--lang', 'en'], {
      encoding: 'utf8',
    })
    expect(english.stdout).toContain('Infrastructure')
    expect(english.stdout).toContain('Model quality')
    const chinese = spawnSync(process.execPath, [main, 'status', '--url', product.url, '--lang', 'zh'], {
      encoding: 'utf8',
    })
    expect(chinese.stdout).toContain('基础设施层')
    expect(chinese.stdout).toContain('业务层')
  })
})

describe('what cannot work is refused with the cure', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-start-'))
  const run = (...args: string[]): { status: number | null; stderr: string; stdout: string } =>
    spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 30_000 })

  test('a port that is taken names its owner and the option', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { status, stderr } = await runAside([
      'serve',
      '--data',
      path.join(folder, 'a'),
      '--no-gateway',
      '--no-otlp-ports',
      '--listen',
      `127.0.0.1:${port}`,
    ])
    taken.close()
    expect(status).toBe(1)
    expect(stderr).toContain(`127.0.0.1:${port} is taken`)
    expect(stderr).toContain(`pid ${process.pid}`)
    expect(stderr).toContain('--listen')
  })

  test('listening beyond loopback without authentication', () => {
    const { status, stderr } = run('serve', '--data', path.join(folder, 'b'), '--listen', '0.0.0.0:0')
    expect(status).toBe(1)
    expect(stderr).toContain('auth.tokens')
  })

  test('a configuration with mistakes: path, line, found, allowed, nearest', () => {
    const file = path.join(folder, 'bad.yaml')
    writeFileSync(file, 'scrape_confgs: []\nserver:\n  body_limit_mb: lots\n')
    const { status, stderr } = run('check', 'config', file)
    expect(status).toBe(1)
    expect(stderr).toContain('bad.yaml:1: scrape_confgs: unknown key; did you mean "scrape_configs"?')
    expect(stderr).toContain('bad.yaml:3: server.body_limit_mb: expected number, found "lots"')
  })

  test('a rule file with a mistake names file, group and rule', () => {
    writeFileSync(path.join(folder, 'rules.yml'), 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n')
    const file = path.join(folder, 'with-rules.yaml')
    writeFileSync(file, 'rule_files: [rules.yml]\n')
    const { status, stderr } = run('check', 'config', file)
    expect(status).toBe(1)
    expect(stderr).toContain('rules.yml')
    expect(stderr).toMatch(/parse error/)
  })

  test('a data directory that another process uses', async () => {
    const product = await Tetrascope.start()
    const { status, stderr } = await runAside([
      'serve',
      '--data',
      product.data,
      '--listen',
      '127.0.0.1:0',
      '--no-gateway',
      '--no-otlp-ports',
    ])
    await product.stop()
    expect(status).toBe(1)
    expect(stderr).toContain(String(product.pid))
  })

  test('an unknown option ends with code 2', () => {
    expect(run('serve', '--lisen', 'x').status).toBe(2)
  })
})

/** Runs beside the test's own event loop, which a server of the test may need. */
async function runAside(args: string[]): Promise<{ status: number | null; stderr: string }> {
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { status, stderr }
}
