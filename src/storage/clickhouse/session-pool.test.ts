import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../store.ts'
import { SessionPool } from './session-pool.ts'

const never = new Promise<never>(() => {})

describe('a pool of sessions', () => {
  test('gives a session to one piece of work at a time, first come first served', async () => {
    const pool = new SessionPool(['a', 'b'], 10)
    const ends: (() => void)[] = []
    const started: string[] = []
    const work = (name: string): Promise<void> =>
      pool.run((session) => {
        started.push(`${name} on ${session}`)
        return new Promise((end) => ends.push(end))
      })
    const all = ['1', '2', '3', '4'].map(work)
    await Promise.resolve()
    await Promise.resolve()
    expect(started).toEqual(['1 on b', '2 on a'])
    ends[1]?.()
    await all[1]
    await Promise.resolve()
    expect(started).toEqual(['1 on b', '2 on a', '3 on a'])
    ends[0]?.()
    await all[0]
    await Promise.resolve()
    expect(started.at(-1)).toBe('4 on b')
    for (const end of ends) end()
    await Promise.all(all)
  })

  test('refuses work when too much waits', async () => {
    const pool = new SessionPool(['a'], 1)
    void pool.run(() => never)
    void pool.run(() => never)
    await expect(pool.run(() => never)).rejects.toThrow(StoreUnavailableError)
  })

  test('names the failure of the engine and goes on', async () => {
    const pool = new SessionPool(['a'], 1)
    const cause = new Error('Code: 241. DB::Exception: memory limit')
    await expect(pool.run(() => Promise.reject(cause))).rejects.toMatchObject({ name: 'StoreUnavailableError', cause })
    await expect(pool.run(async (session) => session)).resolves.toBe('a')
  })

  test('does not begin work that was given up while it waited', async () => {
    const pool = new SessionPool(['a'], 1)
    let end = (): void => {}
    const first = pool.run(() => new Promise<void>((resolve) => (end = resolve)))
    const abort = new AbortController()
    const second = pool.run(async () => 'began', abort.signal)
    const reason = new Error('gone')
    abort.abort(reason)
    await Promise.resolve()
    end()
    await first
    await expect(second).rejects.toBe(reason)
  })

  test('once drained has ended what was running and refuses the rest', async () => {
    const pool = new SessionPool(['a'], 1)
    let end = (): void => {}
    const running = pool.run(() => new Promise<void>((resolve) => (end = resolve)))
    const waiting = pool.run(async () => 'began')
    await Promise.resolve()
    const drained = pool.drain()
    await expect(waiting).rejects.toThrow('the store is closed')
    end()
    await drained
    await running
    await expect(pool.run(async () => 'began')).rejects.toThrow('the store is closed')
  })
})
