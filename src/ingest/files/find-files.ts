import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { glob } from '../../util/glob.ts'

/** What rotation has compressed was read before, as it grew. */
const COMPRESSED = /\.(gz|zst|xz|bz2|lz4|zip)$/

export interface FoundFile {
  readonly path: string
  /** `device:inode` */
  readonly place: string
}

/** The regular files that a pattern names now, without compressed ones. What cannot be looked at is as if it were not there. */
export async function findFiles(pattern: string): Promise<FoundFile[]> {
  return placesOf(glob(pattern))
}

/** Where the content of a file that was rotated may be now: files beside it whose names begin like its name, without compressed ones. */
export async function findSiblings(file: string): Promise<FoundFile[]> {
  const folder = path.dirname(file)
  const names = await readdir(folder).catch(() => [])
  return placesOf(names.map((name) => path.join(folder, name)).filter((other) => isNamedLike(other, file)))
}

/** `app.log.1`, `app.log-20270115` and `app-20270115.log` are named like `app.log`. */
export function isNamedLike(other: string, file: string): boolean {
  return other.startsWith(path.join(path.dirname(file), path.basename(file, path.extname(file))))
}

async function placesOf(paths: readonly string[]): Promise<FoundFile[]> {
  const found = await Promise.all(
    paths
      .filter((file) => !COMPRESSED.test(file))
      .map(async (file) => {
        const stats = await stat(file, { bigint: true }).catch(() => undefined)
        return stats?.isFile() === true ? [{ path: file, place: `${stats.dev}:${stats.ino}` }] : []
      }),
  )
  return found.flat()
}
