import { describe, expect, test } from 'vitest'
import { readTestScript } from './reader.ts'
import type { EvalCommand, ScriptCommand } from './script.ts'

describe('load and clear', () => {
  test('a block ends at a blank line, and a comment counts as one', () => {
    const commands = readTestScript(
      'load 10s\n  a 1\n  b{x="y"} 1 2\n# comment\nclear\nload_with_nhcb 1m\n  c_bucket{le="1"} 1',
    )
    expect(commands.map(({ kind }) => kind)).toEqual(['load', 'clear', 'load'])
    expect(loaded(commands, 0)).toMatchObject({ stepMs: 10_000, withCustomBuckets: false })
    expect(loaded(commands, 0).series.map(({ labels, points }) => [labels.toString(), points.length])).toEqual([
      ['a', 1],
      ['b{x="y"}', 2],
    ])
    expect(loaded(commands, 2)).toMatchObject({ stepMs: 60_000, withCustomBuckets: true })
  })

  test('start times stand on the line before their series', () => {
    const [series] = loaded(readTestScript('load 1m\n  a@st -1mx1\n  a 1 2'), 0).series
    expect(series?.startOffsetsMs).toEqual([-60_000, -60_000])
  })

  test.each([
    ['load', 'line 1: invalid load command'],
    ['load 5q\n  a 1', 'line 1: not a valid duration string: "5q"'],
    ['load 5m\n  a 1\n  b x', 'line 3: invalid item "x"'],
    ['load 5m\n  a@st -1m\n  b 1', 'line 2: the @st line is of a, the line after it of b'],
    ['load 5m\n  a@st -1m', 'line 2: a @st line must be followed by'],
    ['load 5m\n  a@st -1mx1\n  a 1', 'line 2: the @st line has 2 values, the line after it 1'],
    ['\n\nfoo', 'line 3: invalid command "foo" (allowed: load, clear, eval)'],
  ])('%j is refused', (text, message) => {
    expect(() => readTestScript(text)).toThrow(message)
  })
})

describe('eval', () => {
  test('an instant query and its series', () => {
    const evaluation = readEval('eval instant at 5m sum by (a) (up)\n  {a="1"} 2\n  {a="2"} 3')
    expect(evaluation).toMatchObject({
      line: 1,
      expression: 'sum by (a) (up)',
      times: { kind: 'instant', atMs: 300_000 },
      ordered: false,
      failure: null,
      warnings: { kind: 'any' },
    })
    expect(evaluation.expected).toMatchObject({ kind: 'series', grid: null, series: [{ place: 1 }, { place: 2 }] })
  })

  test('a range query', () => {
    const evaluation = readEval('eval range from 0 to 2m step 1m up\n  up 1 2 3')
    expect(evaluation.times).toEqual({ kind: 'range', startMs: 0, endMs: 120_000, stepMs: 60_000 })
    expect(evaluation.expected).toMatchObject({ kind: 'series', grid: { startMs: 0, endMs: 120_000, stepMs: 60_000 } })
  })

  test('a bare number expects a scalar and ends the command', () => {
    const commands = readTestScript('eval instant at 0 1+1\n  2\neval instant at 0 -Inf\n  -Inf')
    expect(commands.map((command) => command.kind === 'eval' && command.evaluation.expected)).toEqual([
      { kind: 'scalar', value: 2 },
      { kind: 'scalar', value: -Infinity },
    ])
  })

  test('a string and a range vector', () => {
    expect(readEval('eval instant at 0 "x"\n  expect string "a\\nb"').expected).toEqual({
      kind: 'string',
      value: 'a\nb',
    })
    const evaluation = readEval('eval instant at 1m up[1m]\n  expect range vector from 10s to 30s step 10s\n  up 1 2 3')
    expect(evaluation.times).toEqual({ kind: 'instant', atMs: 30_000 })
    expect(evaluation.expected).toMatchObject({ grid: { startMs: 10_000, endMs: 30_000, stepMs: 10_000 } })
  })

  test('expectations of failure, order and annotations', () => {
    const failing = readEval('eval instant at 0 up\n  expect fail msg: no such thing')
    expect(failing.failure?.matches('no such thing')).toBe(true)
    expect(failing.failure?.matches('no such thing here')).toBe(false)
    const annotated = readEval('eval instant at 0 up\nexpect ordered\nexpect warn regex: a (b|c)\nexpect no_info\nup 1')
    expect(annotated).toMatchObject({ ordered: true, infos: { kind: 'none' }, warnings: { kind: 'some' } })
    expect(annotated.warnings.kind === 'some' && annotated.warnings.messages[0]?.matches('so a c (1:2)')).toBe(true)
  })

  test('the older forms', () => {
    expect(readEval('eval_ordered instant at 0 up\n up 1').ordered).toBe(true)
    expect(readEval('eval_warn instant at 0 up\n up 1').warnings).toMatchObject({ kind: 'some' })
    const failing = readEval('eval_fail instant at 0 up\n  expected_fail_regexp no .* thing')
    expect(failing.failure?.matches('no such thing')).toBe(true)
  })

  test.each([
    ['eval now up', 'line 1: invalid eval command'],
    ['eval instant at 0 up\nup 1 2', 'line 2: an instant query gives one value for each series'],
    ['eval range from 5m to 1m step 1m up', 'line 1: the end 1m is before the start 5m'],
    ['eval instant at 0 up\nexpect nothing', 'line 2: invalid expect line'],
    [
      'eval instant at 0 up\nexpect warn\nexpect no_warn',
      'line 3: expect warn and expect no_warn cannot be used together',
    ],
    ['eval instant at 0 up\nexpect fail\nexpect fail', 'line 3: only one expect fail line is allowed'],
    ['eval instant at 0 "a"\nexpect string a', 'line 2: invalid expected string a (a quoted text is required)'],
  ])('%j is refused', (text, message) => {
    expect(() => readTestScript(text)).toThrow(message)
  })
})

function loaded(commands: readonly ScriptCommand[], index: number) {
  const command = commands[index]
  if (command?.kind !== 'load') throw new Error(`command ${index} is no load`)
  return command.load
}

function readEval(text: string): EvalCommand {
  const command = readTestScript(text)[0]
  if (command?.kind !== 'eval') throw new Error('no eval')
  return command.evaluation
}
