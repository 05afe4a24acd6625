import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CommandError } from './command-error.ts'
import { drift, type DriftFlags } from './drift.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'drift-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, lines: readonly string[]): string {
  const location = path.join(folder, name)
  writeFileSync(location, `${lines.join('\n')}\n`)
  return location
}

const reference = file('reference.csv', [
  'tokens,model,"the, note"',
  ...Array.from({ length: 200 }, (_, i) => `${100 + (i % 50)},${i % 2 ? 'a' : 'b'},"x ""y"""`),
])
const current = file(
  'current.jsonl',
  Array.from({ length: 100 }, (_, i) =>
    JSON.stringify({ tokens: 130 + (i % 50), model: i % 4 ? 'a' : 'c', 'the, note': 'x "y"' }),
  ),
)

async function run(flags: Partial<DriftFlags>, language: 'en' | 'zh' = 'en'): Promise<string> {
  let text = ''
  const all: DriftFlags = { reference, current, bins: 'quantile', format: 'json', ...flags }
  await drift(all, language, (part) => (text += part))
  return text
}

describe('tetrascope drift', () => {
  test('compares a CSV with JSON lines, column by column, the farthest moved first', async () => {
    const report = JSON.parse(await run({})) as { level: string; features: { feature: string; comparison: object }[] }
    expect(report.level).toBe('severe')
    expect(report.features.map(({ feature }) => feature)).toEqual(['model', 'tokens', 'the, note'])
    expect(report.features[1]).toMatchObject({
      comparison: {
        kind: 'numeric',
        referenceMean: 124.5,
        currentMean: 154.5,
        effects: { wasserstein: expect.closeTo(30, 9) },
      },
      conventions: { scipy: { wasserstein: expect.closeTo(30, 9) } },
    })
    expect(report.features[2]).toMatchObject({ comparison: { level: 'none', effects: { psi: 0 } } })
  })

  test('a table names the bin that moved, in both languages', async () => {
    expect(await run({ format: 'table', features: 'model' })).toMatch(
      /model +severe .* (b: 50\.0% → 0\.0%|c: 0\.0% → 25\.0%)/,
    )
    expect(await run({ format: 'table', features: 'model' }, 'zh')).toContain('严重')
  })

  test('HTML has a picture for every feature and escapes what it shows', async () => {
    const html = await run({ format: 'html' })
    expect(html.match(/<svg/g)).toHaveLength(3)
    expect(html).toContain('x &quot;y&quot;')
  })

  test('prose is compared by its length', async () => {
    const prose = (words: number): string[] =>
      Array.from({ length: 150 }, (_, i) => JSON.stringify({ prompt: `${i} ${'word '.repeat(words + (i % 7))}` }))
    const text = await run({ reference: file('a.jsonl', prose(10)), current: file('b.jsonl', prose(40)) })
    expect(JSON.parse(text)).toMatchObject({
      features: [{ feature: 'prompt.length', comparison: { level: 'severe' } }],
    })
  })

  test('says what is wrong', async () => {
    await expect(run({ reference: path.join(folder, 'none.csv') })).rejects.toThrow(/none\.csv: ENOENT/)
    await expect(run({ features: 'speed' })).rejects.toThrow(
      'no column "speed" in either file; there are tokens, model, the, note',
    )
    await expect(run({ current: file('bad.jsonl', ['{"a":1}', '{"a":']) })).rejects.toThrow(/bad\.jsonl:2: not JSON/)
    await expect(run({ current: file('bad.csv', ['a,b', '1,2,3']) })).rejects.toThrow(
      /record 2: found 3 cells, expected 2/,
    )
    await expect(run({ failOn: 'severe' })).rejects.toThrow(CommandError)
  })
})
