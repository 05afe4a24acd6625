import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-followed-'))
const file = path.join(folder, 'app.log')
const config = `host: { enabled: false }\nfiles:\n  - { paths: ['${file}'] }\n`
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** So many lines that only their place tells apart. */
function lines(count: number): string {
  const call = { model: 'followed', prompt: 'Hi', response: 'Hello', timestamp: new Date().toISOString() }
  return `${JSON.stringify(call)}\n`.repeat(count)
}

async function stored(product: Tetrascope): Promise<number> {
  const { groups } = await product.getJson<{ groups: ReadonlyArray<{ requests: number }> }>(
    '/api/tetrascope/v1/requests/groups?by=model&model=followed',
  )
  return groups[0]?.requests ?? 0
}

test('a process that is killed while it reads, and a file that is rotated meanwhile: every line once', async () => {
  writeFileSync(file, lines(20_000))
  const first = await Tetrascope.start({ config })
  await eventually(
    () => stored(first),
    (count) => count > 0,
  )
  await first.kill()
  renameSync(file, `${file}.1`)
  appendFileSync(`${file}.1`, lines(1_000))
  writeFileSync(file, lines(500) + 'not json\n')
  const second = await Tetrascope.start({ config, data: first.data })
  await eventually(
    () => stored(second),
    (count) => count >= 21_500,
  )
  const unread = (): Promise<unknown> => second.getJson('/api/tetrascope/v1/files')
  await eventually(unread, (body) => JSON.stringify(body).includes('not JSON'))
  expect(await stored(second)).toBe(21_500)
  const lag = (): Promise<unknown> => second.query('sum(tetrascope_files_lag_bytes)')
  // The newest sample of it may have been taken while the file was read; the one after it is not.
  const nothingLeft = [{ metric: {}, value: 0 }]
  expect(await eventually(lag, (answer) => isDeepStrictEqual(answer, nothingLeft))).toEqual(nothingLeft)
  await second.stop()
})
