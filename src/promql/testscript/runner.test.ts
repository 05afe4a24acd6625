import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import type { QueryEngine } from '../engine.ts'
import { parseExpr } from '../parser/parser.ts'
import { createEngine } from '../query-engine.ts'
import type { QueryResult, QueryValue } from '../value.ts'
import { atModifierCases } from './at-modifier-cases.ts'
import { runTestScript, SCRIPT_ENGINE_OPTIONS } from './runner.ts'

const DATA = 'load 1m\n  requests{job="a"} 0+60x10\n  requests{job="b"} 0+120x10\n  sizes {{sum:1}}x10\n\n'

describe('against the real engine', () => {
  test.each([
    ['eval instant at 5m requests\n  requests{job="a"} 300\n  requests{job="b"} 600'],
    ['eval instant at 5m sum(rate(requests[2m]))\n  {} 3'],
    ['eval range from 0 to 2m step 1m sum(requests)\n  {} 0 180 360'],
    ['eval instant at 5m scalar(sum(requests))\n  900'],
    ['eval instant at 5m "x"\n  expect string "x"'],
    ['eval instant at 5m sort_desc(requests)\n  expect ordered\n  requests{job="b"} 600\n  requests{job="a"} 300'],
    ['eval instant at 5m {__name__=~"requests"} + on () requests\n  expect fail'],
    ['eval instant at 5m requests > 1000'],
    [
      'eval instant at 2m requests{job="a"}[2m]\n  expect range vector from 1m to 2m step 1m\n  requests{job="a"} 60 120',
    ],
  ])('%j passes', async (evaluation) => {
    expect(await run(DATA + evaluation)).toMatchObject({ passed: 1, failed: 0, skipped: 0 })
  })

  test.each([
    ['eval instant at 5m requests{job="a"}\n  requests{job="a"} 301', 'requests{job="a"} 301', 'requests{job="a"} 300'],
    ['eval instant at 5m sum(requests)', '(empty)', 'also {} 900'],
    ['eval instant at 5m requests{job="c"}\n  requests{job="c"} 1', 'requests{job="c"} 1', 'nothing for it in (empty)'],
    ['eval instant at 5m 1 + 1\n  3', 'scalar 3', 'scalar 2'],
    ['eval instant at 5m sum(requests)\n  900', 'scalar 900', 'vector {} 900'],
    ['eval range from 0 to 1m step 1m sum(requests)\n  {} 0 181', '{} 0 @0 181 @60000', '{} 0 @0 180 @60000'],
    [
      'eval range from 0 to 1m step 1m sum(requests)\n  {} 0 180 360',
      '{} 0 @0 180 @60000 360 @120000',
      '{} 0 @0 180 @60000',
    ],
    [
      'eval instant at 5m sort(requests)\nexpect ordered\nrequests{job="b"} 600\nrequests{job="a"} 300',
      'in place 2',
      'in place 1',
    ],
    ['eval instant at 5m requests\n  expect fail', 'the error any', 'a result'],
    ['eval instant at 5m requests + on () requests\n  {} 1', 'a result', 'many-to-many'],
    [
      'eval instant at 5m rate(requests[2m])\n  expect warn\n  {job="a"} 1\n  {job="b"} 2',
      'the warning any',
      'no warning',
    ],
    ['eval instant at 5m sum(\n  3', 'a result', 'unclosed left parenthesis'],
  ])('%j fails', async (evaluation, expected, got) => {
    const { evals } = await run(DATA + evaluation)
    expect(evals).toHaveLength(1)
    expect(evals[0]).toMatchObject({ outcome: 'failed', line: 6 })
    expect(evals[0]?.expected).toContain(expected)
    expect(evals[0]?.got).toContain(got)
  })

  test.each([
    ['eval instant at 5m sum({__name__=~"si.*"})\n  {} 1'],
    ['eval instant at 5m requests\n  requests{job="a"} {{sum:1}}'],
    ['eval instant at 5m count_over_time(sizes[5m])\n  {} 5'],
  ])('%j is about native histograms', async (evaluation) => {
    const { evals, skipped } = await run(DATA + evaluation)
    expect(skipped).toBe(1)
    expect(evals[0]?.skippedReason).toBe('native histograms')
  })

  test('clear forgets, and classic histograms count as native where they are converted', async () => {
    const script = `${DATA}clear\n\neval instant at 5m requests\n\nload_with_nhcb 1m\n  x_bucket{le="1"} 1x9\n  x_count 1x9\n
eval instant at 5m x\n\neval instant at 5m x_count\n  x_count 1`
    expect((await run(script)).evals.map(({ outcome }) => outcome)).toEqual(['passed', 'skipped', 'passed'])
  })
})

describe('the runs of one instant query', () => {
  test('other times with the time of each selector fixed', () => {
    expect(casesOf('rate(up[5m] offset 1m) + sum(up @ 7)', 300_000)).toEqual([
      'rate(up[5m] @ 300.000 offset 1m) + sum(up @ 7.000) at -3000',
      'rate(up[5m] @ 300.000 offset 1m) + sum(up @ 7.000) at 0',
      'rate(up[5m] @ 300.000 offset 1m) + sum(up @ 7.000) at 60',
      'rate(up[5m] @ 300.000 offset 1m) + sum(up @ 7.000) at 300',
      'rate(up[5m] @ 300.000 offset 1m) + sum(up @ 7.000) at 3000',
    ])
    expect(casesOf('up @ end()', 0)[0]).toBe('up @ 0.000 at -1')
  })

  test('a subquery is fixed as a whole', () => {
    expect(casesOf('max_over_time(vector(time())[5m:1m])', 5_000)[0]).toBe(
      'max_over_time(vector(time())[5m:1m] @ 5.000) at -50',
    )
  })

  test.each(['time()', 'hour()', 'timestamp(up)', 'sum(up) + predict_linear(up[5m], 60)'])(
    '%s follows the time',
    (query) => {
      expect(casesOf(query, 60_000)).toEqual([])
    },
  )

  test('an engine that ignores @ is found out', async () => {
    const report = await runTestScript('eval instant at 1m up\n  up 1', {
      createEngine: () => answering((query, timeMs) => (query === 'up' || timeMs === 60_000 ? vector(1) : vector(2))),
    })
    expect(report.evals[0]).toMatchObject({ outcome: 'failed', expected: 'up 1' })
    expect(report.evals[0]?.got).toBe('up 2 (for up @ 60.000 at -600s, which must give the same)')
  })

  test('an engine whose range queries differ is found out', async () => {
    const report = await runTestScript('eval instant at 1m up\n  up 1', {
      createEngine: () => answering(() => vector(1), { type: 'matrix', series: [] }),
    })
    expect(report.evals[0]?.got).toBe('nothing for it in (empty) (as the middle step of a range query)')
  })
})

async function run(script: string) {
  return runTestScript(script, { createEngine: (reader) => createEngine(reader, SCRIPT_ENGINE_OPTIONS) })
}

function casesOf(query: string, atMs: number): string[] {
  const expr = parseExpr(query, SCRIPT_ENGINE_OPTIONS.features)
  return atModifierCases(expr, atMs).map((instant) => `${instant.query} at ${instant.atMs / 1000}`)
}

/** An engine with a fixed answer, to test what the runner makes of wrong ones. */
function answering(instant: (query: string, timeMs: number) => QueryValue, range?: QueryValue): QueryEngine {
  const result = (value: QueryValue): QueryResult => {
    return { value, warnings: [], infos: [], stats: { seriesTouched: 0, samplesTouched: 0, peakSamples: 0 } }
  }
  return {
    instant: async (query, timeMs) => result(instant(query, timeMs)),
    range: async (query, startMs, _endMs, stepMs) =>
      result(range ?? asMatrix(instant(query, startMs + stepMs), startMs + stepMs)),
  }
}

function vector(value: number): QueryValue {
  return {
    type: 'vector',
    samples: [{ labels: Labels.from({ __name__: 'up' }), timestampMs: 0, value, histogram: null }],
  }
}

function asMatrix(value: QueryValue, timestampMs: number): QueryValue {
  const samples = value.type === 'vector' ? value.samples : []
  const series = samples.map((sample) => ({
    labels: sample.labels,
    timestampsMs: Float64Array.of(timestampMs),
    values: Float64Array.of(sample.value),
    histograms: null,
  }))
  return { type: 'matrix', series }
}
