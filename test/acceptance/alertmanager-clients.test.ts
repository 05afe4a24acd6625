import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, hasProgram, type Peer, startPeer } from '../support/peer.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const run = promisify(execFile)

const ROUTING = `global: { resolve_timeout: 1h }
route:
  receiver: rest
  group_by: [alertname]
  group_wait: 1s
  routes:
    - { matchers: [team="ai"], receiver: ai }
receivers:
  - name: rest
  - name: ai
inhibit_rules:
  - { source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [node] }
`
const QUIET = 'rules: { defaults: false }\nhost: { enabled: false }\nalertmanager: alertmanager.yml\n'

interface Shown {
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly state: string }
  readonly receivers: ReadonlyArray<{ readonly name: string }>
}

/** Ours with the routing above and no rules of its own. */
async function startProduct(): Promise<Tetrascope> {
  const product = await Tetrascope.start()
  product.writeFile('alertmanager.yml', ROUTING)
  product.writeConfig(QUIET)
  expect((await product.post('/-/reload', '')).status).toBe(200)
  return product
}

/** Where those find us who speak to an Alertmanager. */
function addressOf({ url }: Tetrascope): string {
  return `${url}/alertmanager`
}

function alertsOf(url: string): Promise<readonly Shown[]> {
  return fetch(`${url}/api/v2/alerts`).then((answer) => answer.json() as Promise<readonly Shown[]>)
}

describe.skipIf(!hasProgram('amtool') || !hasProgram('prometheus-alertmanager'))(
  "amtool of Debian's Alertmanager",
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'amtool-'))
    let alertmanager: Peer
    let theirUrl = ''
    let product: Tetrascope
    let ourUrl = ''
    beforeAll(async () => {
      const port = await freePort()
      theirUrl = `http://127.0.0.1:${port}`
      writeFileSync(path.join(folder, 'alertmanager.yml'), ROUTING)
      const address = `--web.listen-address=127.0.0.1:${port}`
      const files = [
        `--config.file=${path.join(folder, 'alertmanager.yml')}`,
        `--storage.path=${path.join(folder, 'data')}`,
      ]
      const args = [...files, address, '--cluster.listen-address=']
      alertmanager = await startPeer('prometheus-alertmanager', args, `${theirUrl}/-/ready`)
      product = await startProduct()
      ourUrl = addressOf(product)
    })
    afterAll(async () => {
      await product.stop()
      await alertmanager.stop()
      rmSync(folder, { recursive: true })
    })

    async function amtool(url: string, args: readonly string[]): Promise<string> {
      const { stdout } = await run('amtool', [...args, `--alertmanager.url=${url}`], {
        env: { ...process.env, TZ: 'UTC' },
      })
      return stdout
    }

    /** What both print, which is the same but for ids of silences. */
    async function both(...args: string[]): Promise<string> {
      const [theirs = '', ours = ''] = await Promise.all([theirUrl, ourUrl].map((url) => amtool(url, args)))
      expect(withoutIds(ours)).toBe(withoutIds(theirs))
      return withoutIds(ours)
    }

    test('puts alerts in and finds them by matcher, state and receiver', async () => {
      const times = ['--start=2026-01-05T12:00:00Z', '--end=2126-01-05T12:00:00Z']
      const about = ['--annotation=summary=it is slow', '--generator-url=http://rules.example/graph', ...times]
      await both('alert', 'add', 'Slow', 'node=a', 'severity=critical', 'team=ai', ...about)
      await both('alert', 'add', 'Hot', 'node=a', 'severity=warning', ...about)
      await both('alert', 'add', 'Hot', 'node=b', 'severity=warning', ...about)
      // Inhibition is judged when a group is told of, a second after it began.
      for (const url of [theirUrl, ourUrl]) {
        await eventually(
          () => alertsOf(url),
          (alerts) =>
            alerts
              .map(({ status }) => status.state)
              .sort()
              .join() === 'active,active,suppressed',
        )
      }
      expect(await both('alert', 'query')).toMatch(/Slow .*2026-01-05 12:00:00 UTC {2}it is slow/)
      expect(await both('alert', 'query', '-i', '-o', 'extended')).toContain('node="a" severity="warning"')
      await both('alert', 'query', '-r', 'a.')
      await both('alert', 'query', 'alertname=~H.*', 'node!=a', '-o', 'extended')
      await both('alert')
    })

    test('silences, finds, changes and ends silences', async () => {
      const until = ['--author=ann', '--comment=known', '--end=2126-01-05T12:00:00Z']
      expect(await both('silence', 'add', 'Hot', 'node=~"b|c"', ...until)).toBe('ID\n')
      expect(await both('silence', 'query')).toMatch(
        /ID +alertname="Hot" node=~"b\|c" +2126-01-05 12:00:00 UTC {2}ann +known/,
      )
      await both('silence', 'query', '--created-by=bob')
      await both('silence', 'query', '-q', 'alertname=Hot')
      await Promise.all(
        [theirUrl, ourUrl].map(async (url) => {
          const id = (await amtool(url, ['silence', 'query', '-q'])).trim()
          await amtool(url, ['silence', 'update', id, '--comment=known for long'])
        }),
      )
      expect(await both('silence', 'query')).toContain('known for long')
      const file = path.join(folder, 'silences.json')
      writeFileSync(file, await amtool(theirUrl, ['silence', 'query', '-o', 'json']))
      await Promise.all(
        [theirUrl, ourUrl].map(async (url) => {
          const id = (await amtool(url, ['silence', 'query', '-q'])).trim()
          await amtool(url, ['silence', 'expire', id])
        }),
      )
      expect(await both('silence', 'query', '-q')).toBe('')
      await both('silence', 'import', '--force', file)
      expect(await both('silence', 'query', '-q')).toBe('ID\n')
    })

    test('reads and tries the routing, and asks for the cluster', async () => {
      expect(await both('config', 'routes', 'show')).toContain('{team="ai"}  receiver: ai')
      expect(await both('config', 'routes', 'test', 'team=ai')).toBe('ai\n')
      expect(await both('config', 'routes', 'test', 'team=x')).toBe('rest\n')
      expect(await amtool(ourUrl, ['config', 'show'])).toContain('receiver: rest')
      expect(await both('cluster', 'show')).toContain('disabled')
    })
  },
)

test.skipIf(!hasProgram('prometheus'))("Debian's Prometheus sends its alerts to us as to an Alertmanager", async () => {
  const product = await startProduct()
  const folder = mkdtempSync(path.join(tmpdir(), 'sender-'))
  const port = await freePort()
  const rule = '{ alert: Down, expr: vector(1), labels: { team: ai }, annotations: { summary: it is down } }'
  writeFileSync(path.join(folder, 'rules.yml'), `groups: [{ name: g, interval: 1s, rules: [${rule}] }]\n`)
  const target = product.url.replace('http://', '')
  writeFileSync(
    path.join(folder, 'prometheus.yml'),
    `rule_files: [rules.yml]\nalerting: { alertmanagers: [{ path_prefix: /alertmanager, static_configs: [{ targets: ['${target}'] }] }] }\n`,
  )
  // It finds its Alertmanagers after its first alerts.
  const args = [
    `--config.file=${path.join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    '--rules.alert.resend-delay=1s',
  ]
  const address = `http://127.0.0.1:${port}`
  const prometheus = await startPeer(
    'prometheus',
    [...args, `--web.listen-address=127.0.0.1:${port}`],
    `${address}/-/ready`,
  )
  try {
    const [down] = await eventually(
      () => alertsOf(addressOf(product)),
      (alerts) => alerts.length > 0,
    )
    expect(down).toMatchObject({ labels: { alertname: 'Down', team: 'ai' }, receivers: [{ name: 'ai' }] })
    const found = await fetch(`${address}/api/v1/alertmanagers`).then((answer) => answer.json())
    expect(found).toMatchObject({ data: { activeAlertmanagers: [{ url: `${addressOf(product)}/api/v2/alerts` }] } })
  } finally {
    await prometheus.stop()
    await product.stop()
    rmSync(folder, { recursive: true })
  }
})

function withoutIds(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
}
