import { describe, expect, test } from 'vitest'
import { checkSchema, lastNumber, runCheck } from './check.ts'

function isPassed(check: object, answer: string): boolean {
  const parsed = checkSchema.parse(check)
  if (parsed.type === 'judged') throw new Error('asks somebody')
  return runCheck(parsed, answer).isPassed
}

describe('an answer', () => {
  test('is exact whatever its case, spaces and outer punctuation, unless told otherwise', () => {
    expect(isPassed({ type: 'exact', expected: 'New York' }, ' new\n york. ')).toBe(true)
    expect(isPassed({ type: 'exact', expected: ['北京', '北京市'] }, '北京。')).toBe(true)
    expect(isPassed({ type: 'exact', expected: 'Paris' }, 'It is Paris')).toBe(false)
    expect(isPassed({ type: 'exact', expected: 'Paris', ignore_case: false }, 'paris')).toBe(false)
    expect(isPassed({ type: 'exact', expected: 'a b', ignore_space: false }, 'a  b')).toBe(false)
    expect(isPassed({ type: 'exact', expected: 'Paris', ignore_punctuation: false }, 'Paris.')).toBe(false)
  })

  test('holds a pattern', () => {
    expect(isPassed({ type: 'regex', pattern: String.raw`\b(?i:yes)\b` }, 'Well, YES!')).toBe(true)
    expect(isPassed({ type: 'regex', pattern: '^yes$' }, 'yes or no')).toBe(false)
  })

  test('ends in a number', () => {
    expect(isPassed({ type: 'numeric', expected: 1_234.5 }, 'First 7, in the end 1,234.50 dollars.')).toBe(true)
    expect(isPassed({ type: 'numeric', expected: 100, relative_tolerance: 0.05 }, 'about 104')).toBe(true)
    expect(isPassed({ type: 'numeric', expected: 100, tolerance: 3 }, 'about 104')).toBe(false)
    expect(isPassed({ type: 'numeric', expected: 1 }, 'none')).toBe(false)
  })

  test.each([
    ['10-3 = 7', 7],
    ['from 10-3', 3],
    ['it is −4', -4],
    ['－５ 度', -5],
    ['1.5e3', 1_500],
    ['no figure', undefined],
  ])('%s has the last number %s', (text, value) => expect(lastNumber(text)).toBe(value))

  test('has the form of a schema', () => {
    const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
    expect(isPassed({ type: 'schema', schema }, '```json\n{"name": "Ann"}\n```')).toBe(true)
    expect(isPassed({ type: 'schema', schema }, '{"name": 3}')).toBe(false)
    expect(isPassed({ type: 'schema', schema }, 'Ann')).toBe(false)
  })

  test('says what is expected, in other order and with more words, but not with another number', () => {
    const check = { type: 'semantic', expected: 'The train to Lyon leaves at 9 from platform 4' }
    expect(isPassed(check, 'From platform 4 a train leaves at 9; it goes to Lyon.')).toBe(true)
    expect(isPassed(check, 'From platform 5 a train leaves at 9; it goes to Lyon.')).toBe(false)
    expect(isPassed(check, 'I do not know.')).toBe(false)
  })

  test('of a check that cannot be: the reason', () => {
    expect(checkSchema.safeParse({ type: 'regex', pattern: '(' }).error?.issues[0]?.message).toContain('missing')
  })
})
