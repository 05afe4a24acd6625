// Builds everything that runs: the server into dist/server, the SDK into sdk/dist, the pages into dist/web, and the launcher
// dist/main.js.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')

mkdirSync(path.join(dist, 'server'), { recursive: true })
// TypeScript 7 is the compiler; TypeScript 6 stays for tools that need the compiler's API, which 7 does not have.
run(process.execPath, ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.build.json'])
copyData()
run(process.execPath, ['node_modules/typescript-native/bin/tsc', '-p', 'sdk/tsconfig.build.json'])
if (existsSync(path.join(root, 'web/vite.config.ts'))) run('npm', ['run', 'build', '--workspace', 'web'])

// The launcher is CommonJS (see its comment), everything that it starts is ESM.
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n')
writeFileSync(path.join(dist, 'server/package.json'), '{ "type": "module" }\n')
copyFileSync(path.join(root, 'scripts/launcher.cjs'), path.join(dist, 'main.js'))
const now = new Date()
utimesSync(path.join(dist, 'main.js'), now, now)

/** For use, whoever builds: the tests would otherwise get pages with React's checks in them, and leave them behind. */
function run(command: string, args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } })
}

/** Copies what the code reads beside itself and tsc does not emit: rule files, price tables, weights, sample traffic. */
function copyData(): void {
  const source = path.join(root, 'src')
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(ts|cts)$/.test(entry.name)) continue
    const from = path.join(entry.parentPath, entry.name)
    cpSync(from, path.join(dist, 'server', path.relative(source, from)))
  }
}
