import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface ClickHouseFront {
  readonly url: string
  stop(): Promise<void>
}

/** Starts ClickHouse's HTTP interface over a data directory, in a process of its own. */
export async function startClickHouseFront(
  directory: string,
  user: string,
  password: string,
): Promise<ClickHouseFront> {
  const script = path.join(import.meta.dirname, 'clickhouse-http-front.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory, user, password], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
