import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../query-engine.ts'
import { runTestScript, SCRIPT_ENGINE_OPTIONS } from './runner.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const scripts = path.join(root, '../shared/data/promql/promqltest')
const table = readFileSync(path.join(root, 'docs/promql-conformance.md'), 'utf8')
const rows = [...table.matchAll(/^\| (\S+\.test) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
  ([, file = '', passed, failed, skipped]) => ({
    file,
    counts: { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) },
  }),
)

describe("Prometheus's own scripts pass as docs/promql-conformance.md says", () => {
  test('the table names its files', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  for (const { file, counts } of rows) {
    const script = path.join(scripts, file)
    test.skipIf(!existsSync(script))(file, async () => {
      const report = await runTestScript(readFileSync(script, 'utf8'), {
        createEngine: (reader) => createEngine(reader, SCRIPT_ENGINE_OPTIONS),
      })
      const { passed, failed, skipped } = report
      expect({ passed, failed, skipped }).toEqual(counts)
    })
  }
})
