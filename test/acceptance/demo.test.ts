import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HealthBody, LogsBody, RequestsBody } from '../../src/api/types.ts'
import { eventually, type ReadyLine } from '../support/tetrascope.ts'

const main = path.resolve(import.meta.dirname, '../../dist/main.js')
const FREE = ['--listen', '--gateway-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((option) => [
  option,
  '127.0.0.1:0',
])

let demo: ChildProcess
let url = ''

beforeAll(async () => {
  demo = spawn(process.execPath, [main, 'demo', '--ready-json', ...FREE], { stdio: ['ignore', 'pipe', 'ignore'] })
  const line = await new Promise<string>((resolve, reject) => {
    if (demo.stdout === null) return reject(new Error('no standard output'))
    createInterface({ input: demo.stdout }).once('line', resolve)
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)))
  })
  url = (JSON.parse(line) as ReadyLine).url
})

afterAll(async () => {
  await new Promise((resolve) => {
    demo.once('exit', resolve)
    demo.kill('SIGTERM')
  })
})

test('the demo brings data to every layer through its real inputs', async () => {
  const health = async (): Promise<HealthBody> =>
    (await fetch(`${url}/api/tetrascope/v1/health`)).json() as Promise<HealthBody>
  const { layers } = await eventually(
    health,
    (body) => body.layers.every(({ readings }) => readings.some(({ value }) => value !== null)),
    60_000,
  )
  const sources = new Set(layers.flatMap(({ readings }) => readings.map(({ from }) => from)))
  expect([...sources]).toEqual(expect.arrayContaining(['dcgm', 'host', 'requests', 'evaluations', 'events']))
})

test("the application's log lines stand beside its requests, by their trace", async () => {
  const ask = async <T>(path: string): Promise<T> =>
    (await fetch(`${url}/api/tetrascope/v1/${path}`)).json() as Promise<T>
  const { logs } = await eventually(
    () => ask<LogsBody>('logs?text=answered'),
    (body) => body.logs.length > 0,
  )
  const [line] = logs
  expect(line).toMatchObject({ level: 'info', service: 'assistant-app' })
  // What the gateway saw is committed a moment later.
  const { rows } = await eventually(
    () => ask<RequestsBody>(`requests?trace=${line?.traceId}`),
    (body) => body.rows.length > 0,
  )
  expect(rows).toMatchObject([{ traceId: line?.traceId, status: 'success' }])
})
