import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Span } from '../../model/span.ts'
import { createSpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import { StoreUnavailableError } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { SpanSpool, type SpanSpoolOptions } from './span-spool.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tetrascope-spans-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'chat' } as Span

function start(
  takeSpans: (spans: readonly Span[]) => Promise<void>,
  more: Partial<SpanSpoolOptions> = {},
): Promise<SpanSpool> {
  const instruments = createSpoolInstruments(new InstrumentRegistry())
  return SpanSpool.start({
    name: 'gateway',
    directory,
    maxSizeBytes: 1e6,
    takeSpans,
    clock: new ManualClock(),
    random: () => 0,
    instruments,
    ...more,
  })
}

test('what the store cannot take is committed by the next process', async () => {
  const away = await start(() => Promise.reject(new StoreUnavailableError('away')))
  await away.takeSpans([SPAN])
  await away.stop()

  const committed = await new Promise<readonly Span[]>((resolve) => {
    void start((spans) => {
      resolve(spans)
      return Promise.resolve()
    })
  })
  expect(committed).toEqual([SPAN])
})

test('an error that waiting does not mend is not spooled', async () => {
  const broken = await start(() => Promise.reject(new TypeError('defect')))
  await expect(broken.takeSpans([SPAN])).rejects.toThrow(TypeError)
  await broken.stop()
})

test('what is written to disk is what may be kept', async () => {
  const redact = (span: Span): Span => ({ ...span, name: 'redacted' })
  const away = await start(() => Promise.reject(new StoreUnavailableError('away')), { redact })
  await away.takeSpans([{ ...SPAN, name: 'secret' }])
  await away.stop()
  const files = readdirSync(directory).map((name) => readFileSync(path.join(directory, name), 'utf8'))
  expect(files.join()).toContain('redacted')
  expect(files.join()).not.toContain('secret')
})

test('what was to be forgotten meanwhile is not committed, what comes later is', async () => {
  const clock = new ManualClock(10_000)
  const committed: Span[] = []
  let isAway = true
  const spool = await start(
    async (spans) => {
      if (isAway) throw new StoreUnavailableError('away')
      committed.push(...spans)
    },
    { clock },
  )
  const of = (userId: string, startMs: number, spanId: string): Span => ({ ...SPAN, userId, startMs, spanId })
  await spool.takeSpans([of('ann', 9_000, '1'), of('bob', 9_000, '2'), of('ann', 11_000, '3')])
  spool.forget({ userId: 'ann' })
  isAway = false
  await expect
    .poll(async () => {
      await clock.advance(60_000)
      return committed.map(({ spanId }) => spanId)
    })
    .toEqual(['2', '3'])
  await spool.stop()
})
