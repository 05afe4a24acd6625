/** A metrics server as a process of its own, told apart by what each needs on its command line. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { request } from 'undici'

export interface Contender {
  readonly name: string
  readonly url: string
  readonly process: ChildProcess
  readonly directory: string
}

const root = path.resolve(import.meta.dirname, '../..')

/** Those that are installed; ours always. Started, ready, empty. `profile`: our program writes a processor profile there when it ends. */
export async function startContenders(directory: string, profile: string | undefined): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const start of [startTetrascope, startPrometheus, startVictoriaMetrics]) {
    const contender = await start(directory, profile)
    if (contender !== undefined) contenders.push(contender)
  }
  return contenders
}

function startTetrascope(parent: string, profile: string | undefined): Promise<Contender> {
  const directory = path.join(parent, 'tetrascope')
  mkdirSync(directory)
  writeFileSync(path.join(directory, 'tetrascope.yaml'), 'rules: { defaults: false }\n')
  return startBuilt(directory, profile)
}

/** Our program as built, with the tetrascope.yaml of the directory. */
export async function startBuilt(directory: string, profile?: string): Promise<Contender> {
  const port = await freePort()
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const args = [
    // As `npm start` does.
    '--max-semi-space-size=64',
    ...profiling,
    path.join(root, 'dist/main.js'),
    'serve',
    `--config=${directory}/tetrascope.yaml`,
    `--data=${directory}/data`,
    `--listen=127.0.0.1:${port}`,
    '--no-gateway',
    '--no-otlp-ports',
    '--log-level=warn',
  ]
  return started({ name: 'tetrascope', command: process.execPath, args, port, directory })
}

async function startPrometheus(parent: string): Promise<Contender | undefined> {
  const directory = path.join(parent, 'prometheus')
  mkdirSync(directory)
  writeFileSync(path.join(directory, 'prometheus.yml'), '')
  const port = await freePort()
  const args = [
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
  ]
  return isInstalled('prometheus')
    ? started({ name: 'prometheus', command: 'prometheus', args, port, directory })
    : undefined
}

async function startVictoriaMetrics(parent: string): Promise<Contender | undefined> {
  const directory = path.join(parent, 'victoria')
  mkdirSync(directory)
  const port = await freePort()
  const args = [`-storageDataPath=${directory}/data`, `-httpListenAddr=127.0.0.1:${port}`, '-loggerLevel=ERROR']
  return isInstalled('victoria-metrics')
    ? started({ name: 'victoria-metrics', command: 'victoria-metrics', args, port, directory })
    : undefined
}

interface Start {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly port: number
  readonly directory: string
}

async function started({ name, command, args, port, directory }: Start): Promise<Contender> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  while (child.exitCode === null) {
    const ready = await request(`${url}/api/v1/query?query=1`).then(
      ({ statusCode, body }) => body.dump().then(() => statusCode === 200),
      () => false,
    )
    if (ready) return { name, url, process: child, directory: path.join(directory, 'data') }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${name} ended with ${child.exitCode}`)
}

export function stop({ process: child }: Contender): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** Memory of the process that is in use now, MB. */
export function residentMb({ process: child }: Contender): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

/** Processor time of the process since its start, ms. */
export function cpuMs({ process: child }: Contender): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** What the files below the data directory take, MB. */
export function diskMb({ directory }: Contender): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, file) => sum + sizeOf(path.join(file.parentPath, file.name)), 0) / 1024 ** 2
}

/** Parts that were merged may vanish while they are counted. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function isInstalled(command: string): boolean {
  return spawnSync('which', [command]).status === 0
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
