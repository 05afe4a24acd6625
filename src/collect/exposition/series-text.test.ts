import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Labels, METRIC_NAME } from '../../model/labels.ts'
import { PlainSeriesReader } from './plain-series.ts'
import { parseSeriesText } from './series-text.ts'

const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/).filter((name) => name !== METRIC_NAME)
const metricName = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/)

test('any label set in any order, written by the rules, is read back', () => {
  fc.assert(
    fc.property(
      metricName,
      fc.uniqueArray(fc.tuple(labelName, fc.string({ unit: 'grapheme', maxLength: 8 })), {
        selector: ([name]) => name,
      }),
      (name, labels) => {
        const inner = labels.map(
          ([label, value]) => `${label}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
        )
        const bytes = Buffer.from(`${name}{${inner.join(',')}}`).toString('latin1')
        const expected = Labels.from([[METRIC_NAME, name], ...labels])
        for (const style of ['loose', 'exact', 'strict'] as const)
          expect(parseSeriesText(bytes, style).pairs).toEqual(expected.pairs)
      },
    ),
  )
})

test.each([
  ['a', ['__name__', 'a']],
  ['a{b="1"}', ['__name__', 'a', 'b', '1']],
  ['a{b="",c="x y"}', ['__name__', 'a', 'c', 'x y']],
])('%s is read the short way', (text, pairs) => {
  const body = Buffer.from(`${text} 1\n`)
  const reader = new PlainSeriesReader(body)
  expect(reader.scan(0)).toBe(text.length)
  expect(reader.labels()?.pairs).toEqual(pairs)
})

test.each([
  '',
  '1a',
  '{a="1"}',
  'a{}',
  'a{c="1",b="1"}',
  'a{b="1",b="1"}',
  'a{b="1",}',
  'a{ b="1"}',
  'a{b="\\n"}',
  'a{b="é"}',
  'a {b="1"}',
  'a{1="1"}',
  'a{b="1"',
  'a{b=1}',
  'a:b{B="1"}',
])('%j is left to the other parser', (text) => {
  const reader = new PlainSeriesReader(Buffer.from(`${text} 1\n`))
  expect(reader.scan(0) === -1 ? undefined : reader.labels()).toBeUndefined()
})
