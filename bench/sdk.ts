// What the SDK adds to a call: the time that the host's code stands still. Run after a build: npx tsx bench/sdk.ts [calls]
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTetrascope, observeOpenAI, type Tetrascope } from '@tetrascope/sdk'

const CALLS = Number(process.argv[2] ?? 20_000)
/** Calls between two pauses in which batches go out, as they would in a server. */
const BURST = 200

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i % 97}`).join(' ')

for (const length of [20, 150, 1_500]) {
  const prompt = [{ role: 'user', content: words(length) }]
  const response = words(length)
  await run(`recordRequest, ${length} words each way`, (client) => {
    client.recordRequest({
      model: 'm',
      prompt,
      response,
      latencyMs: 800,
      ttftMs: 90,
      inputTokens: 200,
      outputTokens: 50,
    })
  })
}
await runObserved()
server.close()

async function run(name: string, call: (client: Tetrascope) => void): Promise<void> {
  const client = createTetrascope({ url, service: 'bench', onError: (message) => console.error(message) })
  const timesUs: number[] = []
  const cpuBefore = process.cpuUsage()
  for (let i = 0; i < CALLS; i++) {
    const began = performance.now()
    call(client)
    timesUs.push((performance.now() - began) * 1_000)
    if (i % BURST === BURST - 1) await client.flush()
  }
  await client.close()
  const cpu = process.cpuUsage(cpuBefore)
  report(
    name,
    timesUs,
    `, in all ${((cpu.user + cpu.system) / CALLS).toFixed(1)} us of processor with sending and receiving`,
  )
}

/** The same call with and without observation, on a client that answers at once: the difference is ours. */
async function runObserved(): Promise<void> {
  const client = createTetrascope({ url, service: 'bench' })
  const answer = {
    id: 'c',
    model: 'm',
    choices: [{ message: { role: 'assistant', content: words(150) }, finish_reason: 'stop' }],
  }
  const fake = () => ({ chat: { completions: { create: (_body: object) => Promise.resolve(answer) } } })
  const body = { model: 'm', messages: [{ role: 'user', content: words(150) }] }
  for (const [name, target] of [
    ['a call that is not observed', fake()],
    ['observeOpenAI, 150 words each way', observeOpenAI(fake(), { tetrascope: client })],
  ] as const) {
    const timesUs: number[] = []
    for (let i = 0; i < CALLS; i++) {
      const began = performance.now()
      await target.chat.completions.create(body)
      timesUs.push((performance.now() - began) * 1_000)
      if (i % BURST === BURST - 1) await client.flush()
    }
    report(name, timesUs, '')
  }
  await client.close()
}

function report(name: string, timesUs: number[], more: string): void {
  timesUs.sort((a, b) => a - b)
  const at = (q: number): string => (timesUs[Math.floor(q * (timesUs.length - 1))] ?? 0).toFixed(1)
  const mean = timesUs.reduce((sum, time) => sum + time, 0) / timesUs.length
  console.log(`${name}: mean ${mean.toFixed(1)} us, P50 ${at(0.5)}, P95 ${at(0.95)}, P99 ${at(0.99)}${more}`)
}
