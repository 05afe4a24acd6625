import { expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { MemoryStateStore } from '../../storage/memory/memory-state-store.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { parseMatchers } from '../matcher/parse-matchers.ts'
import { type SilenceRequest, silenceState } from './silence.ts'
import { SilenceError, Silences } from './silences.ts'

const MINUTE = 60_000
const A = Labels.from({ alertname: 'A' })

async function setUp(store = new MemoryStateStore(), clock = new ManualClock(1_000_000)) {
  const ended: string[] = []
  let count = 0
  const silences = new Silences({
    store,
    clock,
    createId: () => `s${++count}`,
    maxDurationMs: 0,
    onEnd: ({ id }) => void ended.push(id),
    onSet: () => undefined,
  })
  await silences.start()
  return { silences, clock, store, ended }
}

function request(
  clock: ManualClock,
  changes: Partial<SilenceRequest> & { from?: number; to?: number } = {},
): SilenceRequest {
  const { from = 0, to = 10, ...rest } = changes
  return {
    id: '',
    matchers: parseMatchers('alertname=A'),
    startsAtMs: clock.now() + from * MINUTE,
    endsAtMs: clock.now() + to * MINUTE,
    createdBy: 'me',
    comment: 'c',
    ...rest,
  }
}

test('mutes while it lasts, and says when it has ended', async () => {
  const { silences, clock, ended } = await setUp()
  await silences.set(request(clock, { from: 1, to: 3 }))
  expect(silences.active(A)).toEqual([])
  await clock.advance(MINUTE)
  expect(silences.active(A).map(({ id }) => id)).toEqual(['s1'])
  expect(silences.active(Labels.from({ alertname: 'B' }))).toEqual([])
  await clock.advance(2 * MINUTE)
  expect(silences.active(A)).toEqual([])
  expect(ended).toEqual(['s1'])
})

test('an end that is moved keeps the id; other matchers make a new silence and end the old', async () => {
  const { silences, clock } = await setUp()
  const id = await silences.set(request(clock))
  await clock.advance(MINUTE)
  const { startsAtMs } = silences.get(id) ?? { startsAtMs: 0 }
  expect(await silences.set(request(clock, { id, startsAtMs, to: 60 }))).toBe(id)
  const other = await silences.set(request(clock, { id, startsAtMs, matchers: parseMatchers('alertname=B') }))
  expect(other).not.toBe(id)
  expect(silences.all().map((silence) => [silence.id, silenceState(silence, clock.now())])).toEqual([
    [id, 'expired'],
    [other, 'active'],
  ])
})

test('expiring ends it at once, once', async () => {
  const { silences, clock, ended } = await setUp()
  const id = await silences.set(request(clock))
  await silences.expire(id)
  expect(silences.active(A)).toEqual([])
  expect(ended).toEqual([id])
  await expect(silences.expire(id)).rejects.toThrow(`silence ${id} already expired`)
  await expect(silences.expire('x')).rejects.toThrow('silence x not found')
})

test.each<[string, Partial<SilenceRequest> & { from?: number; to?: number }, string]>([
  ['no matchers', { matchers: [] }, 'at least one matcher required'],
  [
    'matches everything',
    { matchers: parseMatchers('a=~".*"') },
    'at least one matcher must not match the empty string',
  ],
  ['ends before it starts', { from: 5, to: 1 }, 'start time must be before end time'],
  ['is over', { from: -5, to: -1 }, "end time can't be in the past"],
  ['of an unknown id', { id: 'x' }, 'silence x not found'],
  ['too long', { to: 100 }, 'lasts longer than the allowed 3600 s'],
])('refuses: %s', async (_name, changes, message) => {
  const { silences, clock } = await setUp()
  silences.maxDurationMs = 60 * MINUTE
  const refused = silences.set(request(clock, changes))
  await expect(refused).rejects.toThrow(SilenceError)
  await expect(refused).rejects.toThrow(message)
})

test('outlives a kill: a new one over the same store knows it', async () => {
  const { silences, clock, store } = await setUp()
  const id = await silences.set(request(clock, { matchers: parseMatchers('alertname=~"A|B",zone!=x') }))
  const { silences: after } = await setUp(store, clock)
  expect(after.active(A).map((silence) => silence.id)).toEqual([id])
})

test('what expired is forgotten after five days', async () => {
  const { silences, clock, store } = await setUp()
  await silences.set(request(clock))
  await clock.advance(119 * 60 * MINUTE)
  expect(silences.all()).toHaveLength(1)
  await clock.advance(3 * 60 * MINUTE)
  expect(silences.all()).toEqual([])
  expect((await store.documents('silence')).size).toBe(0)
})
