import { readFileSync } from 'node:fs'
import { open, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { DirectoryInUseError } from '../store.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

interface Owner {
  readonly pid: number
  /** When the process began, in the kernel's words; '' where that cannot be known. It tells a process from a later one with the same id. */
  readonly started: string
}

/**
 * Makes this process the only one that works on a directory, by a file that names it. The file of a process that was killed is taken over.
 * Throws `DirectoryInUseError`.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = path.join(directory, 'lock.json')
  const owner = await readOwner(file)
  if (owner !== undefined && isAlive(owner)) throw new DirectoryInUseError(directory, owner.pid)
  if (owner !== undefined) await unlink(file)
  const self: Owner = { pid: process.pid, started: startOf(process.pid) }
  const handle = await open(file, 'wx')
  await handle.writeFile(JSON.stringify(self))
  await handle.close()
  return { release: () => unlink(file).catch(() => {}) }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof found !== 'object' || found === null || !('pid' in found) || !('started' in found)) return undefined
    return { pid: Number(found.pid), started: String(found.started) }
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    // Signal 0 is not delivered; it only asks whether the process exists.
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return startOf(pid) === started
}

/** Field 22 of /proc/PID/stat; the second field may hold blanks and parentheses, so counting begins after its end. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
