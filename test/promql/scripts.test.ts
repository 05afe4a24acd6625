import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../src/promql/query-engine.ts'
import { runTestScript, SCRIPT_ENGINE_OPTIONS } from '../../src/promql/testscript/runner.ts'

const scripts = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test'))

describe('our own scripts of the query language', () => {
  test.each(scripts)('%s', async (script) => {
    const report = await runTestScript(readFileSync(path.join(import.meta.dirname, script), 'utf8'), {
      createEngine: (reader) => createEngine(reader, SCRIPT_ENGINE_OPTIONS),
    })
    expect(report.evals.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(report.passed).toBeGreaterThan(0)
  })
})
