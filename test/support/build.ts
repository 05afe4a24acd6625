import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** Builds once before the tests, when `dist` is missing or older than any source: the acceptance tests run the real program. */
export default function buildWhenStale(): void {
  const built = path.join(root, 'dist/main.js')
  if (existsSync(built) && statSync(built).mtimeMs >= newestIn(['src', 'sdk/src', 'web', 'scripts'])) return
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })
}

function newestIn(folders: readonly string[]): number {
  let newest = 0
  for (const folder of folders) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name)
      if (!entry.isFile() || file.includes('node_modules')) continue
      newest = Math.max(newest, statSync(file).mtimeMs)
    }
  }
  return newest
}
