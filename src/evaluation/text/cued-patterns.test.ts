import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type * as CuedPatternModule from './cued-pattern.ts'

const made = vi.hoisted((): { cues: readonly string[]; pattern: RegExp; mayMatch: (text: string) => boolean }[] => [])

/** Every pattern of the evaluators, as they are constructed when their modules are read. */
vi.mock('./cued-pattern.ts', async (importOriginal) => {
  const { CuedPattern } = await importOriginal<typeof CuedPatternModule>()
  return {
    CuedPattern: class extends CuedPattern {
      constructor(cues: readonly string[], pattern: RegExp) {
        super(cues, pattern)
        made.push({ cues, pattern, mayMatch: (text) => this.mayMatch(text) })
      }
    },
  }
})

/** Conditions of the places around a match; without them more texts are generated, and those that do not match are left out. */
function withoutPlaces({ source }: RegExp): RegExp {
  const plain = source
    .replaceAll(String.raw`\b`, '')
    .replaceAll(/\(\?<?[=!](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '')
  return new RegExp(plain.replaceAll(/\\p\{[^}]*\}/g, 'x'), 'u')
}

describe('the cues of every pattern', () => {
  beforeAll(async () => {
    await import('../evaluators.ts')
  })

  test('there are many', () => {
    expect(made.length).toBeGreaterThan(40)
  })

  test('cover what its expression matches', () => {
    expect(made.flatMap(uncovered)).toEqual([])
  }, 120_000)
})

/** What is wrong with a pattern: texts that its expression matches and that none of its cues is in. */
function uncovered({ cues, pattern, mayMatch }: (typeof made)[number]): string[] {
  const once = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''))
  const texts = fc.sample(fc.stringMatching(withoutPlaces(pattern)), { seed: 42, numRuns: 3_000 })
  const matched = texts.filter((text) => once.test(text))
  const name = `${cues.slice(0, 3).join()} /${pattern.source.slice(0, 60)}`
  if (matched.length < 50) return [`${name} matches ${matched.length} of what is made for it: nothing is tested`]
  const passedOver = matched.filter((text) => once.test(text) && !mayMatch(text))
  return passedOver.length === 0 ? [] : [`${name} matches ${JSON.stringify(passedOver[0])}`]
}
