import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const main = path.resolve(import.meta.dirname, '../../dist/main.js')

export interface StartOptions {
  /** tetrascope.yaml; the defaults when absent. */
  readonly config?: string
  /** A data directory of an earlier run; a new temporary one when absent. */
  readonly data?: string
  readonly args?: readonly string[]
}

/** The addresses that `--ready-json` prints. */
export interface ReadyLine {
  readonly url: string
  readonly gateway: string | null
  readonly otlpHttp: string | null
  readonly otlpGrpc: string | null
}

/** The real program in a process of its own, on free ports, in a directory of its own. */
export class Tetrascope {
  readonly url: string
  readonly ready: ReadyLine
  readonly data: string
  readonly configFile: string
  readonly #process: ChildProcess
  readonly #directory: string
  readonly #log: string[]

  private constructor(fields: {
    process: ChildProcess
    ready: ReadyLine
    directory: string
    data: string
    configFile: string
    log: string[]
  }) {
    this.#process = fields.process
    this.#directory = fields.directory
    this.#log = fields.log
    this.ready = fields.ready
    this.url = fields.ready.url
    this.data = fields.data
    this.configFile = fields.configFile
  }

  static async start(options: StartOptions = {}): Promise<Tetrascope> {
    const directory = mkdtempSync(path.join(tmpdir(), 'tetrascope-test-'))
    const data = options.data ?? path.join(directory, 'data')
    const configFile = path.join(directory, 'tetrascope.yaml')
    writeFileSync(configFile, options.config ?? '')
    const free = [
      '--listen',
      '127.0.0.1:0',
      '--gateway-listen',
      '127.0.0.1:0',
      '--otlp-http-listen',
      '127.0.0.1:0',
      '--otlp-grpc-listen',
      '127.0.0.1:0',
    ]
    const args = [
      main,
      'serve',
      '--config',
      configFile,
      '--data',
      data,
      '--ready-json',
      ...free,
      ...(options.args ?? []),
    ]
    // As `npm start` and the installed command start it.
    const child = spawn(process.execPath, ['--max-semi-space-size=64', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const log: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
    const ready = await readyLine(child, log)
    return new Tetrascope({ process: child, ready, directory, data, configFile, log })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** What the program logged so far. */
  get log(): string {
    return this.#log.join('\n')
  }

  writeConfig(text: string): void {
    writeFileSync(this.configFile, text)
  }

  /** Writes a file beside the configuration and gives its path. */
  writeFile(name: string, text: string): string {
    const file = path.join(this.#directory, name)
    writeFileSync(file, text)
    return file
  }

  async getJson<T>(pathAndQuery: string): Promise<T> {
    const response = await fetch(this.url + pathAndQuery)
    if (!response.ok) throw new Error(`${pathAndQuery} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

  async post(
    pathname: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(this.url + pathname, { method: 'POST', body, headers })
  }

  postJson(pathname: string, body: unknown): Promise<Response> {
    return this.post(pathname, JSON.stringify(body), { 'content-type': 'application/json' })
  }

  /** The samples of an instant query, label sets without name → value. */
  async query(
    expr: string,
  ): Promise<ReadonlyArray<{ readonly metric: Record<string, string>; readonly value: number }>> {
    const { data } = await this.getJson<{
      data: { result: { metric: Record<string, string>; value: [number, string] }[] }
    }>(`/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`)
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }

  /** Stops as an operator does and removes the directory. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Ends without any chance to finish anything; the data directory stays for the next start. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    return new Promise((resolve) => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) return resolve()
      this.#process.once('exit', () => resolve())
      this.#process.kill(signal)
    })
  }
}

/** Asks again until the answer is what is waited for; the last answer is in the error when it never is. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let last: T | Error
  do {
    last = await ask().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    if (!(last instanceof Error) && satisfied(last)) return last
    await new Promise((resolve) => setTimeout(resolve, 100))
  } while (Date.now() < deadline)
  throw new Error(
    `not within ${timeoutMs} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last).slice(0, 2_000)}`,
  )
}

function readyLine(child: ChildProcess, log: readonly string[]): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no standard output'))
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as ReadyLine))
    child.once('exit', (code) =>
      reject(new Error(`tetrascope ended with ${code} before it was ready:\n${log.join('\n')}`)),
    )
  })
}
