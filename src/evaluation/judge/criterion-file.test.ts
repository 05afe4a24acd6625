import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readCriteria, shippedCriteria } from './criterion-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'criteria-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(text: string) {
  writeFileSync(path.join(folder, 'own.yml'), text)
  return readCriteria(['./own.yml'], folder)
}

describe('criteria', () => {
  test('that come with the product are whole, in both languages and with examples', () => {
    const criteria = readCriteria(shippedCriteria(), folder)
    expect(criteria.map(({ name }) => name)).toEqual(['correctness', 'faithfulness', 'helpfulness', 'safety'])
    for (const { rubric, examples } of criteria) {
      expect(rubric.zh).toMatch(/标准/)
      expect(examples.length).toBeGreaterThan(1)
    }
  })

  test('of one’s own need a name, a version and a rubric', () => {
    expect(read('name: on-brand\nversion: 3\nrubric: Speaks as the brand does.\n')).toMatchObject([
      {
        name: 'on-brand',
        version: '3',
        direction: 'higher_is_better',
        scale: { min: 1, max: 5 },
        verdicts: { pass: 'ok', fail: 'flagged' },
        needs: ['response'],
        rubric: { en: 'Speaks as the brand does.' },
      },
    ])
  })

  test.each([
    ['name: x\nversion: 1\n', /own\.yml: rubric: Invalid input/],
    ['name: X y\nversion: 1\nrubric: r\n', /own\.yml: name: must be of lower-case words/],
    ['name: x\nversion: 1\nrubric: r\nscale: {min: 5, max: 1}\n', /own\.yml: scale: min must be below max/],
    [
      'name: x\nversion: 1\nrubric: r\nexamples: [{fields: {}, score: 9, verdict: fine, reason: r}]\n',
      /examples\.0\.score: found 9, the scale is 1 to 5; examples\.0\.verdict: found "fine", allowed are pass, fail/,
    ],
    ['name: [', /own\.yml: not valid YAML/],
  ])('that are wrong are refused with file and field: %j', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  test('that do not exist are refused with what was meant', () => {
    expect(() => readCriteria(['helpfullness'], folder)).toThrow(
      'unknown criterion "helpfullness": did you mean "helpfulness"? (known: correctness, faithfulness',
    )
    expect(() => readCriteria(['safety', 'safety'], folder)).toThrow('safety: criterion "safety" is given twice')
  })
})
