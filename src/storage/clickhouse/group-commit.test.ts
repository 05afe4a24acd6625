import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../util/manual-clock.ts'
import { StoreUnavailableError } from '../store.ts'
import { GroupCommit, type InsertOutcome } from './group-commit.ts'

/** An insert that the test ends when it wants. */
interface Insert {
  readonly text: string
  readonly succeed: () => void
  readonly fail: (error: Error) => void
}

function setUp(
  limits: { readonly enoughBytes?: number; readonly groupBytes?: number; readonly maxPendingBytes?: number } = {},
) {
  const clock = new ManualClock(1_000)
  const inserts: Insert[] = []
  const outcomes: InsertOutcome[] = []
  const commits = new GroupCommit({
    table: 't',
    clock,
    intervalMs: 100,
    enoughBytes: 1_000,
    groupBytes: 1_000,
    maxPendingBytes: 2_000,
    ...limits,
    insert: (blocks) =>
      new Promise((succeed, fail) => inserts.push({ text: Buffer.concat(blocks).toString(), succeed, fail })),
    onInsert: (outcome) => outcomes.push(outcome),
  })
  const write = (text: string): Promise<void> => commits.write([Buffer.from(text)], 1)
  return { clock, inserts, outcomes, commits, write }
}

describe('group commit', () => {
  test('begins at once when nothing was written lately', async () => {
    const { clock, inserts, write } = setUp()
    const written = write('a')
    await clock.advance(0)
    expect(inserts.map(({ text }) => text)).toEqual(['a'])
    inserts[0]?.succeed()
    await written
  })

  test('gathers what comes within the interval after an insert began, in the order in which it came', async () => {
    const { clock, inserts, write } = setUp()
    const first = write('a')
    await clock.advance(0)
    inserts[0]?.succeed()
    await first
    const others = [write('b'), write('c')]
    await clock.advance(50)
    others.push(write('d'))
    expect(inserts).toHaveLength(1)
    await clock.advance(50)
    expect(inserts.map(({ text }) => text)).toEqual(['a', 'bcd'])
    inserts[1]?.succeed()
    await Promise.all(others)
  })

  test('gathers what comes during an insert, and has one insert under way at a time', async () => {
    const { clock, inserts, write } = setUp()
    const writes = [write('a')]
    await clock.advance(0)
    writes.push(write('b'), write('c'))
    await clock.advance(1_000)
    expect(inserts).toHaveLength(1)
    inserts[0]?.succeed()
    await clock.advance(0)
    await clock.advance(0)
    expect(inserts.map(({ text }) => text)).toEqual(['a', 'bc'])
    inserts[1]?.succeed()
    await Promise.all(writes)
  })

  test('does not wait when the group is big enough, and does not make it bigger', async () => {
    const { clock, inserts, write } = setUp({ enoughBytes: 4, groupBytes: 4 })
    const writes = [write('aa')]
    await clock.advance(0)
    writes.push(write('bb'), write('cc'), write('dd'))
    inserts[0]?.succeed()
    await clock.advance(0)
    expect(inserts.map(({ text }) => text)).toEqual(['aa', 'bbcc'])
    inserts[1]?.succeed()
    await clock.advance(0)
    await clock.advance(100)
    inserts[2]?.succeed()
    await Promise.all(writes)
    expect(inserts[2]?.text).toBe('dd')
  })

  test('gathers as long as the insert before took when the group is big enough, so that many writers share an insert', async () => {
    const { clock, inserts, write } = setUp({ enoughBytes: 2 })
    const writes = [write('aa')]
    await clock.advance(30)
    inserts[0]?.succeed()
    await clock.advance(0)
    writes.push(write('bb'))
    await clock.advance(20)
    writes.push(write('cc'))
    expect(inserts).toHaveLength(1)
    await clock.advance(10)
    expect(inserts.map(({ text }) => text)).toEqual(['aa', 'bbcc'])
    inserts[1]?.succeed()
    await Promise.all(writes)
  })

  test('refuses what does not fit beside what waits, and counts it', async () => {
    const { clock, inserts, outcomes, write } = setUp({ maxPendingBytes: 3 })
    const written = write('aa')
    await expect(write('bb')).rejects.toThrow(StoreUnavailableError)
    await clock.advance(0)
    inserts[0]?.succeed()
    await written
    expect(outcomes.map(({ result, rows, bytes }) => [result, rows, bytes])).toEqual([
      ['refused', 1, 2],
      ['committed', 1, 2],
    ])
  })

  test('takes a write that is bigger than all that may wait when nothing else does', async () => {
    const { clock, inserts, write } = setUp({ maxPendingBytes: 3 })
    const written = write('aaaaa')
    await clock.advance(0)
    inserts[0]?.succeed()
    await written
  })

  test('rejects exactly the writers of the insert that failed, with the cause', async () => {
    const { clock, inserts, outcomes, write } = setUp()
    const failing = write('a')
    await clock.advance(0)
    const good = write('b')
    const cause = new Error('no space left on device')
    inserts[0]?.fail(cause)
    await expect(failing).rejects.toMatchObject({ name: 'StoreUnavailableError', cause })
    await clock.advance(100)
    inserts[1]?.succeed()
    await good
    expect(outcomes.map(({ result }) => result)).toEqual(['failed', 'committed'])
  })

  test('drains all that was written before', async () => {
    const { clock, inserts, commits, write } = setUp()
    const writes = [write('a')]
    await clock.advance(0)
    writes.push(write('b'))
    const drained = commits.drain()
    inserts[0]?.succeed()
    await clock.advance(0)
    inserts[1]?.succeed()
    await drained
    await Promise.all(writes)
    expect(inserts.map(({ text }) => text)).toEqual(['a', 'b'])
  })
})
