// Writes src/cli/demo/sample-trace.csv: arrival times and sizes of our own making, in the form of the Azure LLM inference
// traces, so that the demo needs no download. Bursty arrivals, long-tailed prompt and answer lengths.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { normal, seededRandom } from '../src/util/random.ts'

const ROWS = 900
const random = seededRandom(20_260)
const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens']
let timeMs = Date.UTC(2026, 0, 5, 9)

for (let i = 0; i < ROWS; i++) {
  const burst = Math.sin(i / 40) > 0.4 ? 3 : 1
  timeMs += (-Math.log(1 - random()) * 260) / burst
  const context = Math.round(Math.min(6_000, Math.exp(normal(random, 6.4, 0.9))))
  const generated = Math.round(Math.min(800, Math.exp(normal(random, 4.4, 0.7))))
  const timestamp = new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '0000')
  lines.push(`${timestamp},${Math.max(5, context)},${Math.max(2, generated)}`)
}

writeFileSync(path.resolve(import.meta.dirname, '../src/cli/demo/sample-trace.csv'), `${lines.join('\n')}\n`)
