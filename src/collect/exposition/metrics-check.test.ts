import { describe, expect, test } from 'vitest'
import { checkMetrics } from './metrics-check.ts'

function check(...lines: string[]): string[] {
  const { faults } = checkMetrics(Buffer.from(`${lines.join('\n')}\n`))
  return faults.map(({ line, reason }) => `${line}: ${reason}`)
}

describe('check metrics', () => {
  test('judges by the format that the body has', () => {
    expect(checkMetrics(Buffer.from('# TYPE a_total counter\na_total 1\n'))).toMatchObject({
      format: 'text',
      faults: [],
      samples: 1,
      families: 1,
    })
    expect(checkMetrics(Buffer.from('# TYPE a counter\na_total 1\n# EOF\n'))).toMatchObject({
      format: 'openmetrics',
      faults: [],
      samples: 1,
    })
    expect(check('# TYPE a_total counter', 'a_total 1', '# EOF')[0]).toContain('two metric families')
  })

  test('finds what only shows between lines', () => {
    expect(check('a 1', 'a{b="1"} 1', '# TYPE a gauge', 'a{b="1"} 2', '# TYPE a gauge')).toEqual([
      '3: TYPE of "a" reported after its samples',
      '4: the same series stands in line 2 already',
      '5: second TYPE line for metric name "a"',
    ])
  })

  test('an empty body holds no metrics', () => {
    expect(checkMetrics(Buffer.alloc(0)).faults.map(({ reason }) => reason)).toEqual(['there are no metrics'])
  })

  test('advises without refusing', () => {
    const { advice, faults } = checkMetrics(Buffer.from('# TYPE requestLatency_ms counter\nrequestLatency_ms 1\n'))
    expect(faults).toEqual([])
    expect(advice).toEqual([
      'requestLatency_ms: no help text',
      'requestLatency_ms: counter metrics should have "_total" suffix',
      'requestLatency_ms: metric names should be written in snake_case not camelCase',
      'requestLatency_ms: use the base units seconds and bytes',
    ])
  })
})
