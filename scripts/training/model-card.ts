import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Judged } from '../../bench/quality/metrics.ts'
import { qualityOf } from '../../bench/quality/metrics.ts'
import type { ModelHeader } from '../../src/evaluation/models/linear-model.ts'
import type { TrainingTask } from './task.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../docs/models')

/** Figures of one set of held-out examples, under the name that the card shows. */
export interface CardRow {
  readonly name: string
  readonly judged: readonly Judged[]
}

/** Writes `docs/models/<name>.md`: what the model is for, what it learned from, how well it judges what it has not seen. */
export function writeModelCard(
  task: TrainingTask,
  header: ModelHeader,
  sizeBytes: number,
  rows: readonly CardRow[],
): void {
  const { purpose, data, failures } = task.card
  const text = `# ${header.name}, version ${header.version}

${purpose}

- Form: linear, ${task.options.denseNames.length} named features and hashed n-grams (words, pairs, triples, characters; see \`src/evaluation/text/features.ts\`), one byte a weight, ${Math.round(sizeBytes / 1024)} kB.
- Trained by \`npx tsx scripts/train-evaluators.ts\` on ${task.examples.length} examples; L2-regularised linear SVM${task.options.naiveBayes === true ? ' over n-grams weighted by the ratio of the classes (NBSVM)' : ''}, cost ${task.options.cost}, calibrated by Platt's method on held-out margins.
- Flags from probability ${header.threshold} on.

## Data

${data.map((line) => `- ${line}`).join('\n')}

Only weights derived from these sets are part of the product; their texts are not.

## Quality

On examples that the model had not seen: five folds that keep examples of one group (the same prompt, the same template)
together, and each source judged by a model trained without it ("without ..."). A ratio without a denominator is left empty.

| examples | n | positive | precision | recall | F1 | false positives | AUC | ECE |
|---|---|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}

## Known failures

${failures.map((line) => `- ${line}`).join('\n')}
`
  writeFileSync(path.join(FOLDER, `${header.name}.md`), text)
}

function rowOf({ name, judged }: CardRow): string {
  const { count, positives, precision, recall, f1, falsePositiveRate, auc, ece } = qualityOf(judged)
  const figures = [precision, recall, f1, falsePositiveRate, auc, ece].map((value) =>
    Number.isNaN(value) ? '' : value.toFixed(3),
  )
  return `| ${name} | ${count} | ${positives} | ${figures.join(' | ')} |`
}
