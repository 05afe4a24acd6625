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
