// Start to ready, idle memory, size of the page. Run after a build: npx tsx bench/start.ts
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { Tetrascope } from '../test/support/tetrascope.ts'

const RUNS = 5
/** The engine has merged, and done what it does every minute, by the second time. */
const IDLE_S = [30, 150]
const root = path.resolve(import.meta.dirname, '..')

const starts: number[] = []
for (let run = 0; run < RUNS; run++) {
  const began = performance.now()
  const product = await Tetrascope.start()
  starts.push(performance.now() - began)
  await product.stop()
}
console.log(
  `start to ready: median ${median(starts).toFixed(0)} ms of ${RUNS} (${starts.map((ms) => ms.toFixed(0)).join(', ')})`,
)

const product = await Tetrascope.start()
const ready = performance.now()
for (const seconds of IDLE_S) {
  await new Promise((resolve) => setTimeout(resolve, ready + seconds * 1_000 - performance.now()))
  const status = readFileSync(`/proc/${product.pid}/status`, 'utf8')
  const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1])
  console.log(
    `idle after ${seconds} s: RSS ${mb(kilobytes('VmRSS'))} MB, of it ${mb(kilobytes('RssAnon'))} MB own and ${mb(kilobytes('RssFile'))} MB pages of files (mostly ClickHouse's library)`,
  )
}
await product.stop()

const assets = path.join(root, 'dist/web/assets')
const sizes = readdirSync(assets).map((file) => gzipSync(readFileSync(path.join(assets, file))).length)
console.log(`page: ${(sizes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(0)} kB gzip`)

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

function mb(kilobyteCount: number): string {
  return (kilobyteCount / 1024).toFixed(0)
}
