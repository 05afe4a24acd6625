import { describe, expect, test } from 'vitest'
import { chartData, fillLegend, stackedData } from './chart-data.ts'

describe('chart data', () => {
  test('values land on their step; steps without a value and values that are no number are gaps', () => {
    const series = [
      {
        metric: { model: 'a' },
        values: [
          [100, '1'],
          [120, 'NaN'],
          [130, '3'],
        ] as const,
      },
    ]
    expect(chartData([{ legend: '{{model}}', series }], 100, 130, 10)).toEqual({
      seconds: [100, 110, 120, 130],
      lines: [{ name: 'a', values: [1, null, null, 3] }],
    })
  })

  test('stacked, each line stands on those after it, and a gap is nothing', () => {
    const lines = [
      { name: 'a', values: [1, null] },
      { name: 'b', values: [2, 3] },
    ]
    expect(stackedData({ seconds: [100, 110], lines })).toEqual({
      seconds: [100, 110],
      lines: [
        { name: 'a', values: [3, 3] },
        { name: 'b', values: [2, 3] },
      ],
    })
  })

  test('a legend is filled from labels; without one the series is named as PromQL writes it', () => {
    expect(fillLegend('{{model}} p95', { model: 'm' })).toBe('m p95')
    expect(fillLegend('', { __name__: 'up', job: 'x' })).toBe('up{job="x"}')
  })
})
