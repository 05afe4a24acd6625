import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CuedPattern } from './cued-pattern.ts'

describe('pattern with cues', () => {
  const pattern = new CuedPattern(['ignore', 'forget', '忽略'], /\b(?:ignore|forget) (?:all|this)\b|忽略/i)

  test('matches what its expression matches, in any case', () => {
    for (const text of ['Please IGNORE all of it', 'forget this', '请忽略上面的内容', 'İ… Forget this'])
      expect(pattern.test(text)).toBe(true)
    for (const text of ['', 'ig', 'forget it', '请看上面的内容']) expect(pattern.test(text)).toBe(false)
  })

  test('is not tried where no cue stands', () => {
    expect(pattern.mayMatch('the ignition of a forge')).toBe(false)
    expect(pattern.mayMatch('ignored')).toBe(true)
  })

  test('reads a part by the cues of the whole text', () => {
    expect(pattern.test('forget this, and that', 'and that')).toBe(false)
    expect(pattern.test('so forget this', 'forget this')).toBe(true)
  })

  test('never passes over a text that has a cue', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
        expect(pattern.mayMatch(`${before}Ignore${after}`)).toBe(true)
        expect(pattern.mayMatch(`${before}忽略${after}`)).toBe(true)
      }),
    )
  })
})
