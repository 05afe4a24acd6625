import { expect, test } from 'vitest'
import { escalationConfig } from './config.ts'
import { type Escalation, ringAfter, withoutStep } from './escalation.ts'

/** `minute receiver` of every call. */
function calls(escalation: Escalation): string[] {
  const found: string[] = []
  let atMs = 0
  for (let ring = ringAfter(0, escalation); ring !== undefined; ring = ringAfter(found.length, escalation)) {
    atMs += ring.waitMs
    found.push(`${atMs / 60_000} ${ring.receiver}`)
  }
  return found
}

test('each is called as often as it says, then the next', () => {
  const escalation = escalationConfig.parse({
    steps: [
      { receiver: 'first', every: '2m', times: 3 },
      { receiver: 'second', delay: '1m', every: '5m', times: 2 },
      { receiver: 'boss', times: 1 },
    ],
  })
  expect(calls(escalation)).toEqual(['0 first', '2 first', '4 first', '7 second', '12 second', '17 boss'])
})

test('the list is gone through again as often as it says', () => {
  const escalation = escalationConfig.parse({
    steps: [
      { receiver: 'first', every: '1m', times: 1 },
      { receiver: 'second', every: '3m', times: 1 },
    ],
    rounds: 2,
  })
  expect(calls(escalation)).toEqual(['0 first', '1 second', '4 first', '5 second'])
})

test('of who cannot be reached the other calls are left out, unless nobody comes after', () => {
  const escalation = escalationConfig.parse({
    steps: [
      { receiver: 'first', times: 3 },
      { receiver: 'second', times: 2 },
      { receiver: 'boss', times: 1 },
    ],
    rounds: 2,
  })
  const made = [1, 2, 3, 4, 5, 6, 7, 11, 12]
  expect(made.map((calls) => withoutStep(calls, escalation))).toEqual([3, 3, 3, 5, 5, undefined, 9, 11, undefined])
})

test('nobody is called without end', () => {
  const problems = escalationConfig.safeParse({ steps: [{ receiver: 'x', times: 1_000, every: '0s' }] }).error
  expect(problems?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
    'steps.0.every: every cannot be zero',
    'steps.0.times: Too big: expected number to be <=50',
  ])
})
