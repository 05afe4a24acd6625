import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { EvaluatedLine } from './evaluate-file.ts'
import { evaluateFile } from './evaluate-file.ts'
import { chooseEvaluators } from './evaluators.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function evaluate(text: string): Promise<EvaluatedLine[]> {
  const file = path.join(folder, 'lines.jsonl')
  writeFileSync(file, text)
  const lines: EvaluatedLine[] = []
  const evaluators = chooseEvaluators({ names: ['refusal', 'pii'], piiNames: false })
  for await (const line of evaluateFile(file, evaluators)) lines.push(line)
  return lines
}

describe('evaluation of a file', () => {
  test('gives a line for each line, under its id or its number', async () => {
    const lines = await evaluate(
      '{"id":"a","prompt":"hi","response":"I cannot help with that."}\n\n{"response":"Write to jane.roe@corp.io"}\n',
    )
    expect(lines.map((line) => line.id)).toEqual(['a', 3])
    expect(lines[0]?.scores.refusal).toMatchObject({ verdict: 'flagged', label: 'full' })
    expect(lines[1]?.scores.pii).toMatchObject({
      verdict: 'flagged',
      label: 'EMAIL_ADDRESS',
      spans: [{ field: 'response', start: 9, end: 25, label: 'EMAIL_ADDRESS' }],
    })
  })

  test('an evaluator that does not apply gives no score', async () => {
    const [line] = await evaluate('{"prompt":"a question without an answer"}')
    expect(line?.scores.refusal).toBeUndefined()
  })

  test('context is a text or a list of texts', async () => {
    expect(await evaluate('{"response":"x","context":"one"}\n{"response":"x","context":["one","two"]}')).toHaveLength(2)
  })

  test.each([
    ['{"response":"fine"}\n{oops}', /lines\.jsonl:2: not valid JSON/],
    ['{"response":5}', /lines\.jsonl:1: response: Invalid input: expected string, received number/],
    ['[1]', /lines\.jsonl:1: Invalid input: expected object/],
  ])('a bad line is named with its reason: %j', async (text, message) => {
    await expect(evaluate(text)).rejects.toThrow(message)
  })
})
