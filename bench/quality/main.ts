// Measures the evaluators on labelled data and writes the tables of docs/evaluators.md: npm run bench:quality
// Without the data it says so and does nothing.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hasData } from '../../scripts/training/data.ts'
import { measureCost, measureFalsePositives, measureSet } from './measure.ts'
import { benignInputs, caseSets } from './cases.ts'
import { costTable, evaluatorTable, qualityTable, replaceSection } from './tables.ts'

const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/evaluators.md')

if (!hasData()) {
  console.log('bench:quality skipped: the labelled data (../shared/data/packs) is not beside the repository')
} else {
  run()
}

function run(): void {
  const sets = caseSets().map(measureSet)
  const benign = measureFalsePositives(benignInputs())
  const cost = measureCost(benignInputs())
  let text = readFileSync(DOCUMENT, 'utf8')
  text = replaceSection(text, 'evaluators', evaluatorTable())
  text = replaceSection(text, 'quality', qualityTable(sets))
  text = replaceSection(text, 'cost', costTable(benign, cost))
  writeFileSync(DOCUMENT, text)
  console.log(qualityTable(sets))
  console.log(costTable(benign, cost))
}
