import path from 'node:path'
import { expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import { type RuleTestBench, runRuleTests } from './rule-test-run.ts'

/** 180 of 600 in half an hour; the bounds are Wilson's. */
const TIMELINE = `
rule_files: [quality-rates.yml]
evaluation_interval: 30s
tests:
- interval: 30s
  input_series:
  - {series: 'llm_evaluation_verdicts_total{evaluator="refusal", model="m", verdict="flagged"}', values: '0+3x80'}
  - {series: 'llm_evaluation_verdicts_total{evaluator="refusal", model="m", verdict="ok"}', values: '0+7x80'}
  promql_expr_test:
  - {expr: 'round(llm:evaluation_flagged:ratio30m, 1e-6)', eval_time: 40m, exp_samples: [{labels: '{evaluator="refusal", model="m"}', value: 0.3}]}
  - {expr: 'round(llm:evaluation_samples:increase30m)', eval_time: 40m, exp_samples: [{labels: '{evaluator="refusal", model="m"}', value: 600}]}
  - {expr: 'round(llm:evaluation_flagged:ratio30m_lower, 1e-4)', eval_time: 40m, exp_samples: [{labels: '{evaluator="refusal", model="m"}', value: 0.2647}]}
  - {expr: 'round(llm:evaluation_flagged:ratio30m_upper, 1e-4)', eval_time: 40m, exp_samples: [{labels: '{evaluator="refusal", model="m"}', value: 0.3378}]}
`

test('the shipped rates of evaluators come with their number and bounds', async () => {
  const createBench = (): RuleTestBench => {
    const store = new MemorySampleStore()
    return { store, engine: createEngine(store, DEFAULT_ENGINE_OPTIONS) }
  }
  const baseDir = path.join(import.meta.dirname, 'defaults')
  expect(await runRuleTests(TIMELINE, { baseDir, syntax: STOCK_SYNTAX, createBench })).toEqual([])
})
