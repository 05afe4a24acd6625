import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { eventually } from './tetrascope.ts'

/** Whether a program of another project is on this machine; tests that need one that is not are skipped by name. */
export function hasProgram(name: string): boolean {
  return spawnSync('which', [name]).status === 0
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface Peer {
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** Starts a real peer and waits until it answers at `readyUrl`. */
export async function startPeer(command: string, args: readonly string[], readyUrl: string): Promise<Peer> {
  const child = spawn(command, args, { stdio: 'ignore' })
  await eventually(
    () => fetch(readyUrl),
    (response) => response.ok,
  )
  return {
    process: child,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}
