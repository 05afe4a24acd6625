import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { Matcher, type MatchType } from '../../model/matcher.ts'
import { type IndexedSeries, LabelIndex } from './label-index.ts'

const labelSets = fc.uniqueArray(
  fc
    .record({
      __name__: fc.constantFrom('up', 'http_requests_total', 'http_errors_total'),
      job: fc.constantFrom('api', 'api-2', 'db', ''),
      instance: fc.constantFrom('a', 'b', 'c', 'ab', ''),
    })
    .map((labels) => Labels.from(labels)),
  { selector: ({ key }) => key, maxLength: 40 },
)
const matchers = fc.array(
  fc
    .record({
      name: fc.constantFrom('__name__', 'job', 'instance', 'absent'),
      type: fc.constantFrom<MatchType>('=', '!=', '=~', '!~'),
      value: fc.constantFrom(
        '',
        'up',
        'api',
        'api|db',
        'api.*',
        'http_.+',
        '.*',
        '.+',
        'a|',
        '(a|b)',
        'a?b',
        '[ab]',
        'db|nothing',
      ),
    })
    .map(({ name, type, value }) => new Matcher(name, type, value)),
  { maxLength: 4 },
)

function indexOf(sets: readonly Labels[]): { index: LabelIndex<IndexedSeries>; series: IndexedSeries[] } {
  const index = new LabelIndex<IndexedSeries>()
  for (const labels of sets) index.intern(labels)
  const series = sets.map((labels, id) => ({ id, labels }))
  for (const one of series) index.add(one)
  return { index, series }
}

function matching(series: readonly IndexedSeries[], matchers: readonly Matcher[]): IndexedSeries[] {
  return series.filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
}

describe('the label index', () => {
  test('finds what trying each matcher on each series finds, in order', () => {
    fc.assert(
      fc.property(labelSets, matchers, (sets, matchers) => {
        const { index, series } = indexOf(sets)
        expect(index.select(matchers)).toEqual(matching(series, matchers))
      }),
      { numRuns: 500 },
    )
  })

  test('forgets removed series, their values and their names, also in remembered answers', () => {
    fc.assert(
      fc.property(labelSets, matchers, fc.infiniteStream(fc.boolean()), (sets, matchers, coin) => {
        const { index, series } = indexOf(sets)
        index.select(matchers)
        const removed = series.filter(() => coin.next().value)
        index.remove(removed)
        const left = series.filter((one) => !removed.includes(one))
        expect(index.select(matchers)).toEqual(matching(left, matchers))
        expect(new Set(index.names())).toEqual(new Set(left.flatMap(({ labels }) => labels.names())))
        expect(index.values('job').sort()).toEqual(
          [...new Set(left.map(({ labels }) => labels.get('job')))].filter(Boolean).sort(),
        )
      }),
    )
  })

  test('does not take the values of a label that went for those of one that came with its name', () => {
    const index = new LabelIndex<IndexedSeries>()
    const starred = new Matcher('job', '=~', '.*a.*')
    const first = { id: 0, labels: Labels.from({ job: 'a' }) }
    index.add(first)
    expect(index.select([starred])).toEqual([first])
    index.remove([first])
    const second = { id: 1, labels: Labels.from({ job: 'aa' }) }
    index.add(second)
    expect(index.select([starred])).toEqual([second])
  })

  test.each([
    ['matches', '=~', '.*7.*'],
    ['must not match', '!~', '.*7.*'],
    ['may be absent', '=~', '(.*7.*)?'],
  ] as const)('lets others have a turn after each thousand values that it tests for what %s', (_, type, pattern) => {
    const { index, series } = indexOf(Array.from({ length: 5_500 }, (_, i) => Labels.from({ path: `/${i}` })))
    const late = { id: series.length, labels: Labels.from({ path: '/late-7' }) }
    const matcher = new Matcher('path', type, pattern)
    const steps = index.selecting([matcher])
    let turns = 0
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        expect(step.value).toEqual(matching([...series.slice(1), late], [matcher]))
        break
      }
      turns++
      // What comes and goes meanwhile counts.
      if (turns !== 2) continue
      index.add(late)
      index.remove(series.slice(0, 1))
    }
    expect(turns).toBe(5)
    expect(index.selecting([matcher]).next().done).toBe(true)
  })

  test('tests only the values of the series that a name leaves, where they are few', () => {
    const sets = Array.from({ length: 5_000 }, (_, i) => Labels.from({ path: `/${i}`, id: String(i) }))
    const { index, series } = indexOf(sets)
    const matchers = [new Matcher('id', '=', '17'), new Matcher('path', '=~', '.*7.*')]
    const found = index.selecting(matchers).next()
    expect(found).toEqual({ done: true, value: [series[17]] })
  })

  test('lets labels stand on equal strings that do not belong to the text they were cut from', () => {
    const index = new LabelIndex<IndexedSeries>()
    const body = 'some_metric{job="a long scrape body"} 1 \ud800 end'
    const labels = Labels.from({ __name__: body.slice(0, 11), job: body.slice(17, 35), odd: body.slice(-5) })
    const { pairs, key } = labels
    index.intern(labels)
    expect(labels.pairs).toEqual(pairs)
    expect(labels.key).toBe(key)
  })
})
