import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { input } from '../../../test/support/evaluation-input.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { evaluationConfig } from '../config.ts'
import type { EvaluationInput, Evaluator } from '../evaluator.ts'
import { loadEvaluators } from '../evaluators.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'custom-'))
afterAll(() => rmSync(folder, { recursive: true }))

const clock = new ManualClock()

async function load(config: object): Promise<{ evaluator: Evaluator | undefined; failures: readonly string[] }> {
  const { custom } = evaluationConfig.parse({ custom: [{ name: 'own', ...config }] })
  const { evaluators, failures } = await loadEvaluators({ names: ['own'], piiNames: false, custom }, clock)
  return { evaluator: evaluators[0], failures: failures.map(({ message }) => message) }
}

async function score(config: object, fields: Partial<EvaluationInput>) {
  return (await load(config)).evaluator?.evaluate(input(fields))
}

let modules = 0
async function module(code: string, timeout = '1s') {
  const file = path.join(folder, `module-${++modules}.mjs`)
  writeFileSync(file, code)
  return load({ kind: 'module', path: file, timeout })
}

describe('evaluators of one’s own', () => {
  test('regex: RE2, with the places in UTF-16', async () => {
    const config = { kind: 'regex', pattern: '(?i)order-\\d+' }
    expect(await score(config, { response: '🙂 see ORDER-17' })).toEqual({
      score: 1,
      verdict: 'flagged',
      explanation: 'the response matches the pattern',
      spans: [{ field: 'response', start: 7, end: 15, label: 'ORDER-17' }],
    })
    expect(await score(config, { response: 'nothing', prompt: 'order-1' })).toMatchObject({ score: 0, verdict: 'ok' })
    expect(await score(config, { prompt: 'order-1' })).toBeUndefined()
  })

  test('regex: no text makes it slow', async () => {
    const response = `${'a'.repeat(5_000)}b`
    expect(await score({ kind: 'regex', pattern: '(a+)+$' }, { response })).toMatchObject({ score: 0 })
  })

  test('keyword: whole words where there are such, parts in Chinese', async () => {
    const config = { kind: 'keyword', keywords: ['acme', '竞品'], match: 'ok', no_match: 'flagged' }
    expect(await score(config, { response: 'Acme is fine' })).toMatchObject({ score: 1, verdict: 'ok' })
    expect(await score(config, { response: 'acmeology' })).toMatchObject({ score: 0, verdict: 'flagged' })
    expect(await score(config, { response: '这个竞品很好' })).toMatchObject({
      spans: [{ start: 2, end: 4, label: '竞品' }],
    })
    expect(await score(config, { response: 'İ said ACME, éacme' })).toMatchObject({ spans: [{ start: 7, end: 11 }] })
    const all = { ...config, all: true, applies_to: 'prompt', case_sensitive: true }
    expect(await score(all, { prompt: 'acme 竞品' })).toMatchObject({ score: 1 })
    expect(await score(all, { prompt: 'Acme 竞品' })).toMatchObject({ score: 0 })
  })

  test('json_schema: the answer or its block of code conforms', async () => {
    const config = { kind: 'json_schema', schema: { type: 'object', required: ['id'] } }
    expect(await score(config, { response: '```json\n{"id": 1}\n```' })).toMatchObject({ score: 1, verdict: 'ok' })
    expect(await score(config, { response: '{"no": 1}' })).toMatchObject({
      verdict: 'flagged',
      explanation: "the value must have required property 'id'",
    })
    expect(await score(config, { response: 'sorry' })).toMatchObject({ explanation: 'it is no JSON object or list' })
  })

  test('expression: a condition, or a figure that is the score', async () => {
    const condition = { kind: 'expression', expression: 'len(response) > 3' }
    expect(await score(condition, { response: 'long' })).toMatchObject({ score: 1, verdict: 'flagged' })
    const figure = { kind: 'expression', expression: 'len(response) / 10', match: 'ok', no_match: 'flagged' }
    expect(await score(figure, { response: 'four' })).toMatchObject({ score: 0.4, verdict: 'flagged' })
    expect(await score(figure, { response: 'x'.repeat(99) })).toMatchObject({ score: 1, verdict: 'ok' })
    expect(await score({ kind: 'expression', expression: 'ttft_ms > 5' }, { response: 'x' })).toBeUndefined()
  })

  test('module: its scores are taken as they are', async () => {
    const { evaluator } = await module(
      `export default { evaluate: ({ response }) => response === '' ? undefined
        : { score: 0.25, verdict: 'ok', label: 'short', explanation: response + this } }`.replace(' + this', ''),
    )
    expect(evaluator?.evaluate(input({ response: 'hm' }))).toEqual({
      score: 0.25,
      verdict: 'ok',
      label: 'short',
      explanation: 'hm',
    })
    expect(evaluator?.evaluate(input({}))).toBeUndefined()
  })

  test.each([
    ['export default { evaluate: () => { throw new Error("boom") } }', /boom/],
    ['export default { evaluate: () => ({ score: 7, verdict: "ok" }) }', /must give \{score 0-1.*found score:/],
    ['export default { evaluate: async () => ({ score: 1, verdict: "ok" }) }', /found a promise/],
  ])('module: what it gives is checked: %s', async (code, message) => {
    const { evaluator } = await module(code)
    expect(() => evaluator?.evaluate(input({}))).toThrow(message)
  })

  test.each([
    ['export const evaluate = 3', /default export must be an object with a function/],
    ['export default {', /cannot be loaded/],
  ])('module: one that cannot be loaded is a failure: %s', async (code, message) => {
    const { evaluator, failures } = await module(code)
    expect(evaluator).toBeUndefined()
    expect(failures).toEqual([expect.stringMatching(message)])
  })

  test('module: a loop without end is broken off, and after three the module pauses', async () => {
    const { evaluator } = await module('export default { evaluate: () => { for (;;); } }', '20ms')
    const evaluate = () => evaluator?.evaluate(input({}))
    for (let i = 0; i < 3; i++) expect(evaluate).toThrow('took longer than 20 ms')
    expect(evaluate).toThrow('left out for five minutes')
    await clock.advance(300_000)
    expect(evaluate).toThrow('took longer than 20 ms')
  })
})

describe('their configuration', () => {
  test.each([
    [{ kind: 'regex', pattern: '(' }, ['custom', 0, 'pattern'], /missing closing \)/],
    [
      { kind: 'expression', expression: 'len(prompt' },
      ['custom', 0, 'expression'],
      /at column 11: expected \), found the end/,
    ],
    [{ kind: 'json_schema', schema: { type: 'x' } }, ['custom', 0, 'schema'], /data\/type must be equal to one of/],
    [{ kind: 'keyword', keywords: [] }, ['custom', 0, 'keywords'], /Too small/],
    [
      { kind: 'keyword', keywords: ['x'], name: 'refusal' },
      ['custom', 0, 'name'],
      /another evaluator is named "refusal"/,
    ],
    [{ kind: 'keyword', keywords: ['x'], name: 'Not Good' }, ['custom', 0, 'name'], /lower-case words/],
    [{ kind: 'magic' }, ['custom', 0, 'kind'], /Invalid/],
  ])('names path and reason: %j', (config, at, message) => {
    const { error } = evaluationConfig.safeParse({ custom: [{ name: 'own', ...config }] })
    expect(error?.issues[0]).toMatchObject({ path: at, message: expect.stringMatching(message) })
  })
})
