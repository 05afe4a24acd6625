// Completes package-lock.json for all platforms. Run by `npm run lock` after each install that changes the lock.
//
// npm leaves optional platform packages out of the lock when the registry in use does not hold them, and `npm ci` then
// refuses the lock. Each missing one is added with the exact version that its parent asks for, marked with the operating
// system, processor and C library that its name tells. Addresses of the registry in use are left out as well.
import { readFileSync, writeFileSync } from 'node:fs'

interface LockedPackage {
  version?: string
  resolved?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const SYSTEMS: Readonly<Record<string, string>> = {
  aix: 'aix', android: 'android', darwin: 'darwin', freebsd: 'freebsd', linux: 'linux', netbsd: 'netbsd',
  openbsd: 'openbsd', openharmony: 'openharmony', sunos: 'sunos', win32: 'win32', windows: 'win32',
} // biome-ignore format: a table reads better in rows
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

const file = process.argv[2] ?? 'package-lock.json'
const lock: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync(file, 'utf8'))

const missing = Object.entries(lock.packages).flatMap(([parent, { optionalDependencies }]) =>
  Object.entries(optionalDependencies ?? {})
    .filter(([name, version]) => /^\d/.test(version) && !resolves(parent, name))
    .map(([name, version]) => [name, platformPackage(name, version)] as const),
)
for (const [name, entry] of missing) lock.packages[`node_modules/${name}`] = entry
for (const entry of Object.values(lock.packages)) if (entry.resolved?.startsWith('http')) delete entry.resolved

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${missing.length} platform packages added to ${file}`)

function platformPackage(name: string, version: string): LockedPackage {
  const words = name.split(/[/@_-]/)
  const os = words.flatMap((word) => SYSTEMS[word] ?? [])
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  if (os.length === 0 && cpu.length === 0)
    throw new Error(`the name ${name} tells no platform: add it to the lock by hand`)
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : []
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(libc.length > 0 && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

/** Whether Node would find `name` from `parent`: beside it, then one `node_modules` further up at a time. */
function resolves(parent: string, name: string): boolean {
  const steps = parent.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'))
  return ['', ...steps].some(
    (step) => lock.packages[step === '' ? `node_modules/${name}` : `${step}/node_modules/${name}`] !== undefined,
  )
}
