import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '../../telemetry/log.ts'
import { systemClock } from '../../util/clock.ts'
import { seededRandom } from '../../util/random.ts'
import { CommandError } from '../command-error.ts'
import type { Language } from '../language.ts'
import { type ListenerFlags, startProduct, untilSignal } from '../serve.ts'
import { demoConfig, demoRules } from './demo-config.ts'
import { GpuExporter } from './gpu-exporter.ts'
import { ModelServer } from './model-server.ts'
import { Pager } from './pager.ts'
import { type Conditions, conditionsAt } from './scenario.ts'
import { readTrace, type Arrival } from './trace.ts'
import { playTraffic } from './traffic.ts'

const SAMPLE_TRACE = path.join(import.meta.dirname, 'sample-trace.csv')

export interface DemoFlags extends ListenerFlags {
  readonly trace?: string
  readonly data?: string
  readonly seed: number
  readonly lang?: string
  readonly readyJson?: true
}

/** Runs the product, and around it the servers, traffic and users of a made-up company, until SIGINT or SIGTERM. */
export async function demo(flags: DemoFlags, language: Language): Promise<void> {
  const trace = readTraceFile(flags.trace ?? SAMPLE_TRACE)
  const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-demo-'))
  const stage = await buildStage(flags.seed, language)
  try {
    const configFile = writeFiles(folder, stage)
    const { tetrascope, addresses } = await startProduct(
      { ...flags, data: flags.data ?? path.join(folder, 'data') },
      configFile,
    )
    process.stdout.write(flags.readyJson ? `${JSON.stringify(addresses)}\n` : welcome(addresses.url, language))
    const ended = new AbortController()
    const traffic = playTraffic({
      ...stage,
      clock: systemClock,
      trace,
      openaiBaseUrl: `${addresses.gateway ?? stage.modelUrl}/v1`,
      apiUrl: addresses.url,
      logger: createLogger(flags.logLevel),
      signal: ended.signal,
    })
    await untilSignal()
    ended.abort()
    await traffic
    await tetrascope.stop()
  } finally {
    for (const server of stage.servers) server.close().closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Stage {
  readonly servers: readonly Server[]
  readonly modelUrl: string
  readonly gpuUrl: string
  readonly pagerUrl: string
  readonly random: () => number
  readonly conditions: () => Conditions
}

/** The servers around the product: a model server, GPUs, and the pager that alerts arrive at. */
async function buildStage(seed: number, language: Language): Promise<Stage> {
  const startedMs = systemClock.now()
  const random = seededRandom(seed)
  const conditions = (): Conditions => conditionsAt(systemClock.now() - startedMs)
  const model = new ModelServer({ clock: systemClock, random, conditions })
  const gpus = new GpuExporter({ random, conditions })
  const pager = new Pager({ language, write: (text) => process.stderr.write(text) })
  const [modelServer, modelUrl] = await listen((request, response) => model.handle(request, response))
  const [gpuServer, gpuUrl] = await listen((_request, response) => gpus.handle(response))
  const [pagerServer, pagerUrl] = await listen((request, response) => pager.handle(request, response))
  return { servers: [modelServer, gpuServer, pagerServer], modelUrl, gpuUrl, pagerUrl, random, conditions }
}

/** The configuration that a user would write for such a company. */
function writeFiles(folder: string, { modelUrl, gpuUrl, pagerUrl }: Stage): string {
  const { config, alertmanager } = demoConfig({ modelUrl, gpuUrl, pagerUrl })
  writeFileSync(path.join(folder, 'demo-rules.yml'), demoRules)
  writeFileSync(path.join(folder, 'alertmanager.yml'), alertmanager)
  const configFile = path.join(folder, 'tetrascope.yaml')
  writeFileSync(configFile, config)
  return configFile
}

function readTraceFile(file: string): Arrival[] {
  try {
    return readTrace(file)
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error))
  }
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<[Server, string]> {
  const server = createServer((request, response) => {
    Promise.resolve(handle(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`]
}

function welcome(url: string, language: Language): string {
  return language === 'zh'
    ? `演示已启动：${url}\n一分钟后 GPU 将过热降频，告警会显示在这里。按 Ctrl-C 结束。\n`
    : `The demo runs: ${url}\nIn a minute a GPU will overheat and throttle; alerts are shown here. Ctrl-C ends it.\n`
}
