import { expect, test } from 'vitest'
import { type DedupInput, needsUpdate } from './dedup.ts'

const NOW = 10_000_000
const HOUR = 3_600_000

function told(firing: string, resolved: string, agoMs = 0) {
  return { timeMs: NOW - agoMs, firing: new Set(firing), resolved: new Set(resolved), expiresAtMs: NOW + HOUR }
}

/** Each character is an alert. */
const CASES: ReadonlyArray<readonly [name: string, input: Partial<DedupInput>, decision: string]> = [
  ['never told, firing', { firing: new Set('a') }, 'first notification'],
  ['never told, only resolved', { resolved: new Set('a') }, 'nothing is firing'],
  ['a new one fires', { entry: told('a', ''), firing: new Set('ab') }, 'new alerts are firing'],
  ['the same fire', { entry: told('ab', ''), firing: new Set('ab') }, 'nothing changed'],
  ['fewer fire, the rest is gone', { entry: told('ab', ''), firing: new Set('a') }, 'nothing changed'],
  [
    'one of two resolves',
    { entry: told('ab', ''), firing: new Set('a'), resolved: new Set('b') },
    'some alerts resolved',
  ],
  [
    'one of two resolves, nobody wants to know',
    { entry: told('ab', ''), firing: new Set('a'), resolved: new Set('b'), sendResolved: false },
    'nothing changed',
  ],
  [
    'it was told that it resolved',
    { entry: told('a', 'b'), firing: new Set('a'), resolved: new Set('b') },
    'nothing changed',
  ],
  ['all resolve', { entry: told('a', ''), resolved: new Set('a') }, 'all alerts resolved'],
  [
    'all resolve, nobody wants to know, the log must',
    { entry: told('a', ''), resolved: new Set('a'), sendResolved: false },
    'all alerts resolved',
  ],
  [
    'fired and resolved unheard',
    { entry: told('', 'a'), resolved: new Set('ab') },
    'the receiver never heard of what resolved',
  ],
  ['just before the repeat interval', { entry: told('a', '', HOUR), firing: new Set('a') }, 'nothing changed'],
  ['after the repeat interval', { entry: told('a', '', HOUR + 1), firing: new Set('a') }, 'repeat interval passed'],
  ['a silence has ended', { entry: told('a', ''), firing: new Set('a'), silenceEnded: true }, 'silence ended'],
  [
    'a silence has ended and nothing fires',
    { entry: told('a', ''), resolved: new Set('a'), silenceEnded: true },
    'all alerts resolved',
  ],
]

test.each(CASES)('%s', (_name, input, expected) => {
  const decision = needsUpdate({
    entry: undefined,
    firing: new Set(),
    resolved: new Set(),
    sendResolved: true,
    repeatIntervalMs: HOUR,
    nowMs: NOW,
    silenceEnded: false,
    ...input,
  })
  expect(Object.values(decision)).toEqual([expected])
})
