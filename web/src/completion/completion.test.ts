import { expect, test } from 'vitest'
import { completionAt, matching } from './completion.ts'

/** The cursor is where `|` stands. */
function at(marked: string): ReturnType<typeof completionAt> {
  return completionAt(marked.replace('|', ''), marked.indexOf('|'))
}

test.each([
  ['ra|', { kind: 'name', from: 0, typed: 'ra' }],
  ['sum(rate(llm_re|))', { kind: 'name', from: 9, typed: 'llm_re' }],
  ['up{|}', { kind: 'label', typed: '', metric: 'up' }],
  ['up{job="a", inst|', { kind: 'label', from: 12, typed: 'inst', metric: 'up' }],
  ['sum by (mo|) (rate(llm_requests_total[5m]))', { kind: 'label', typed: 'mo', metric: 'llm_requests_total' }],
  ['up{job=~"no|', { kind: 'value', from: 9, typed: 'no', metric: 'up', label: 'job' }],
  ["up{job='a\\'b|", { kind: 'value', typed: "a\\'b", label: 'job' }],
])('%s', (marked, expected) => {
  expect(at(marked)).toMatchObject(expected)
})

test.each(['|', 'up |', 'rate(up[5m|', 'label_replace(up, "a|', 'up * 5m|'])('%s completes nothing', (marked) => {
  expect(at(marked)).toBeUndefined()
})

test('what begins with the word comes before what contains it', () => {
  expect(matching(['go_rate', 'rate', 'Rated', 'irate', 'x'], 'rat', 3)).toEqual(['rate', 'Rated', 'go_rate'])
  expect(matching(['up'], 'up', 3)).toEqual([])
})
