import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { silentLogger } from '../telemetry/log.ts'
import { systemClock } from '../util/clock.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { discoveryFields } from './config.ts'
import { Discovery } from './discovery.ts'
import type { Discoverer, TargetGroup } from './discoverer.ts'
import { DnsDiscovery, type Resolver } from './dns-discovery.ts'
import { FileDiscovery } from './file-discovery.ts'
import { HttpDiscovery } from './http-discovery.ts'

/** A machine under load may take its time. */
const PATIENT = { timeout: 20_000 }

const schema = z.strictObject(discoveryFields)
const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-discovery-'))
afterAll(() => rmSync(folder, { recursive: true }))

let cleanUps: Array<() => Promise<unknown> | void> = []
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  cleanUps = []
})

/** Starts a discoverer and gives a look at what it last reported: `address{labels}`, and how often. */
function watch(discoverer: Discoverer): { targets: () => string[]; reports: () => number } {
  let last: readonly TargetGroup[] = []
  let reports = 0
  discoverer.start((groups) => {
    last = groups
    reports++
  })
  cleanUps.push(() => discoverer.stop())
  return { targets: () => texts(last), reports: () => reports }
}

function texts(groups: readonly TargetGroup[]): string[] {
  return groups.flatMap(({ targets, labels }) =>
    targets.map(({ __address__: address, ...own }) => {
      const all = Object.entries({ ...labels, ...own }).filter(
        ([name]) => name !== '__meta_filepath' && name !== '__meta_url',
      )
      return [address, ...all.map(([name, value]) => `${name}=${value}`)].join(' ')
    }),
  )
}

function firstOf<T>(list: readonly T[]): T {
  const [first] = list
  if (first === undefined) throw new Error('the configuration is empty')
  return first
}

describe('files', () => {
  const surroundings = { clock: systemClock, logger: silentLogger }

  test('are read as YAML and JSON, and again when they are replaced; a broken one keeps its targets', async () => {
    const file = path.join(folder, 'targets-a.yml')
    writeFileSync(file, '- targets: ["a:1", "b:2"]\n  labels: {team: core, shard: 1}\n')
    writeFileSync(path.join(folder, 'targets-b.json'), '[{"targets": ["c:3"]}]')
    writeFileSync(path.join(folder, 'other.yml'), '- targets: ["no:1"]\n')
    const { file_sd_configs: configs } = schema.parse({
      file_sd_configs: [{ files: [`${folder}/targets-*.yml`, `${folder}/targets-b.json`] }],
    })
    const watched = watch(new FileDiscovery(firstOf(configs), surroundings))
    await expect.poll(watched.targets, PATIENT).toEqual(['a:1 team=core shard=1', 'b:2 team=core shard=1', 'c:3'])
    writeFileSync(`${file}.new`, '- targets: ["a:9"]\n')
    renameSync(`${file}.new`, file)
    await expect.poll(watched.targets, PATIENT).toEqual(['a:9', 'c:3'])
    const before = watched.reports()
    writeFileSync(file, '- targets: {')
    await expect.poll(watched.reports, PATIENT).toBeGreaterThan(before)
    expect(watched.targets()).toEqual(['a:9', 'c:3'])
    rmSync(file)
    await expect.poll(watched.targets, PATIENT).toEqual(['c:3'])
  })
})

describe('an HTTP endpoint', () => {
  test('is asked every interval; a bad answer keeps the last targets', async () => {
    const answers = [
      { type: 'application/json', body: '[{"targets": ["a:1"], "labels": {"x": "1"}}]' },
      { type: 'text/html', body: '<html>' },
      { type: 'application/json; charset=utf-8', body: '[]' },
    ]
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(String(request.headers['x-prometheus-refresh-interval-seconds']))
      const answer = answers.shift()
      response.writeHead(200, { 'content-type': answer?.type }).end(answer?.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUps.push(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/targets`
    const clock = new ManualClock()
    const { http_sd_configs: configs } = schema.parse({ http_sd_configs: [{ url, refresh_interval: '30s' }] })
    const watched = watch(new HttpDiscovery(firstOf(configs), { clock, logger: silentLogger }))
    await expect.poll(watched.targets, PATIENT).toEqual(['a:1 x=1'])
    await advanceUntil(clock, () => seen.length === 2)
    expect(watched.targets()).toEqual(['a:1 x=1'])
    await advanceUntil(clock, () => seen.length === 3)
    await expect.poll(watched.targets, PATIENT).toEqual([])
    expect(seen[0]).toBe('30')
  })
})

describe('DNS', () => {
  test('SRV records give host, port and meta labels; other types need a port', async () => {
    const records = [{ name: 'node1.example.org', port: 9100, priority: 1, weight: 1 }]
    const { targets } = watchDns({ names: ['_m._tcp.example.org'] }, { resolveSrv: async () => records })
    await expect
      .poll(targets, PATIENT)
      .toEqual([
        'node1.example.org:9100 __meta_dns_srv_record_target=node1.example.org. __meta_dns_srv_record_port=9100 __meta_dns_name=_m._tcp.example.org',
      ])
    expect(schema.safeParse({ dns_sd_configs: [{ names: ['a'], type: 'A' }] }).error?.message).toContain(
      'a port is required',
    )
  })

  test('addresses of both families', async () => {
    const both = { resolve4: async () => ['10.0.0.1'], resolve6: async () => ['fd00::1'] }
    await expect
      .poll(watchDns({ names: ['a'], type: 'A', port: 80 }, both).targets, PATIENT)
      .toEqual(['10.0.0.1:80 __meta_dns_name=a'])
    await expect
      .poll(watchDns({ names: ['a'], type: 'aaaa', port: 80 }, both).targets, PATIENT)
      .toEqual(['[fd00::1]:80 __meta_dns_name=a'])
  })

  test('a server that does not answer keeps the last addresses, a name that is gone loses them', async () => {
    let failure: string | undefined
    const clock = new ManualClock()
    const resolve4 = async (): Promise<string[]> => {
      if (failure !== undefined) throw Object.assign(new Error(failure), { code: failure })
      return ['10.0.0.1']
    }
    const { targets, reports } = watchDns({ names: ['a'], type: 'A', port: 80 }, { resolve4 }, clock)
    await expect.poll(targets, PATIENT).toHaveLength(1)
    failure = 'ETIMEOUT'
    await advanceUntil(clock, () => reports() === 2)
    expect(targets()).toHaveLength(1)
    failure = 'ENOTFOUND'
    await advanceUntil(clock, () => reports() === 3)
    expect(targets()).toEqual([])
  })
})

describe('the discovery of a job', () => {
  test('joins all its ways, and a reload leaves alone what did not change', async () => {
    const file = path.join(folder, 'job.yml')
    writeFileSync(file, '- targets: ["file:1"]\n')
    let last: readonly TargetGroup[] = []
    const discovery = new Discovery({ clock: systemClock, logger: silentLogger }, (groups) => {
      last = groups
    })
    cleanUps.push(() => discovery.stop())
    const file_sd_configs = [{ files: [file] }]
    await discovery.apply(schema.parse({ static_configs: [{ targets: ['one:1'] }], file_sd_configs }))
    await expect.poll(() => texts(last), PATIENT).toEqual(['one:1', 'file:1'])
    await discovery.apply(schema.parse({ static_configs: [{ targets: ['two:2'] }], file_sd_configs }))
    // The file's targets did not go away in between: its discoverer was not restarted.
    expect(texts(last).sort()).toEqual(['file:1', 'two:2'])
    await discovery.apply(schema.parse({}))
    expect(last).toEqual([])
  })

  test('ways that are not there are refused by name', () => {
    const result = schema.safeParse({ kubernetes_sd_configs: [{ role: 'pod' }] })
    expect(result.error?.issues[0]?.message).toBe(
      'kubernetes_sd_configs is not supported by tetrascope; targets are found by static_configs, file_sd_configs, http_sd_configs and dns_sd_configs',
    )
  })
})

function watchDns(config: unknown, answers: Partial<Resolver>, clock = new ManualClock()): ReturnType<typeof watch> {
  const { dns_sd_configs: configs } = schema.parse({ dns_sd_configs: [config] })
  const silent = async (): Promise<never[]> => []
  const resolver = {
    resolve4: silent,
    resolve6: silent,
    resolveSrv: silent,
    resolveMx: silent,
    resolveNs: silent,
    ...answers,
  }
  return watch(new DnsDiscovery(firstOf(configs), { clock, logger: silentLogger, resolver }))
}

/** Lets refresh intervals pass until something has happened that takes real time. */
async function advanceUntil(clock: ManualClock, condition: () => boolean): Promise<void> {
  await expect
    .poll(async () => {
      if (condition()) return true
      await clock.advance(15_000)
      return condition()
    }, PATIENT)
    .toBe(true)
}
