import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Attributes, TokenUsage } from '../model/span.ts'
import { emptySpan } from './otlp/otlp-span.ts'
import { readSpan } from './span-reader.ts'
import { readUsage } from './usage.ts'

/** The tables of docs/tokens.md are what users read and what is tested, so that neither can say something else. */
const tables = rowsOf(readFileSync(path.resolve(import.meta.dirname, '../../docs/tokens.md'), 'utf8'))

describe('docs/tokens.md', () => {
  test('the tables are found', () => {
    expect(tables.dialects.length).toBeGreaterThan(20)
    expect(tables.providers.length).toBeGreaterThan(7)
  })

  test.each(tables.dialects)('$name', ({ sent, expected }) => {
    const span = {
      ...emptySpan({ attributes: {} }, { name: '', version: '', attributes: {}, schemaUrl: '' }),
      name: 'llm_request',
      attributes: sent,
    }
    const usage = readSpan(span).llm?.usage
    if (usage === undefined) throw new Error('the span was not read as a model call')
    expect(countsOf(usage)).toEqual(expected)
  })

  test.each(tables.providers)('$name', ({ sent, expected }) => {
    const usage = readUsage(sent)
    if (usage === undefined) throw new Error('no usage was read')
    expect(countsOf(usage)).toEqual(expected)
  })
})

type Counts = ReadonlyArray<number | undefined>

interface Row {
  readonly name: string
  readonly sent: Attributes
  readonly expected: Counts
}

function countsOf(usage: TokenUsage): Counts {
  return [usage.inputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens, usage.reasoningTokens]
}

function rowsOf(markdown: string): { dialects: Row[]; providers: Row[] } {
  const rows = [...markdown.matchAll(/^\| ([^`\n]*) \| `(\{.*\})` \| ([^`\n]*) \|$/gm)].map((match) => ({
    name: (match[1] ?? '').replaceAll(' | ', ': '),
    columns: (match[1] ?? '').split(' | ').length,
    sent: JSON.parse(match[2] ?? '') as Row['sent'],
    expected: (match[3] ?? '').split(' | ').map((cell) => (cell.trim() === '–' ? undefined : Number(cell))),
  }))
  return { dialects: rows.filter((row) => row.columns === 3), providers: rows.filter((row) => row.columns === 1) }
}
