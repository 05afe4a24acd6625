// Trains the small models of the evaluators, writes their weights and their cards (docs/models):
//   npx tsx scripts/train-evaluators.ts [family or model ...] [--quick]
// Needs the labelled data beside the repository. With --quick no source is left out and no card written.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { qualityOf } from '../bench/quality/metrics.ts'
import { writeWeights } from '../src/evaluation/models/weights-file.ts'
import { attackTasks } from './training/attack-task.ts'
import { train } from './training/classifier.ts'
import { hasData } from './training/data.ts'
import { hallucinationTasks } from './training/hallucination-task.ts'
import { harmfulTasks } from './training/harmful-task.ts'
import { instructionTasks } from './training/instruction-task.ts'
import type { CardRow } from './training/model-card.ts'
import { writeModelCard } from './training/model-card.ts'
import { refusalTasks } from './training/refusal-task.ts'
import type { TrainingTask } from './training/task.ts'
import { toxicityTasks } from './training/toxicity-task.ts'
import type { HeldOut } from './training/validation.ts'
import { calibrate, crossValidate, judge, leaveOneSourceOut, thresholdOf } from './training/validation.ts'

const WEIGHTS = path.resolve(import.meta.dirname, '../src/evaluation/models/weights')

const FAMILIES: Readonly<Record<string, () => readonly TrainingTask[]>> = {
  refusal: refusalTasks,
  attack: attackTasks,
  instruction: instructionTasks,
  harmful: harmfulTasks,
  toxicity: toxicityTasks,
  hallucination: hallucinationTasks,
}

if (!hasData()) throw new Error('the labelled data (../shared/data/packs) is not beside the repository')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const isQuick = process.argv.includes('--quick')
for (const [family, tasks] of Object.entries(FAMILIES)) {
  for (const task of tasks()) {
    if (wanted.length === 0 || wanted.includes(family) || wanted.includes(task.options.name)) trainAndWrite(task)
  }
}

function trainAndWrite(task: TrainingTask): void {
  const { options, examples, calibratedOn = () => true, measuredOn = () => true } = task
  console.log(`\n${options.name} ${options.version}: ${examples.length} examples`)
  const heldOut = crossValidate(examples, options)
  const calibration = calibrate(heldOut.filter(({ example }) => calibratedOn(example)))
  const threshold = thresholdOf(task.threshold, heldOut, calibration)
  const row = (name: string, judged: readonly HeldOut[]): CardRow => ({
    name,
    judged: judge(judged, calibration, threshold),
  })
  const measured = row(
    'cross-validated',
    heldOut.filter(({ example }) => measuredOn(example)),
  )
  const rows = [
    measured,
    ...sourcesOf(task).map((source) =>
      row(
        source,
        heldOut.filter(({ example }) => example.source === source),
      ),
    ),
  ]
  if (!isQuick)
    for (const [source, held] of leaveOneSourceOut(examples, options, task.leftOut))
      rows.push(row(`without ${source}`, held))
  for (const one of rows) print(one)
  const { precision, recall, f1, auc, ece } = qualityOf(measured.judged)
  const crossValidated = { precision, recall, f1, auc, ece }
  const model = train(examples, options).with({ ...calibration, threshold, crossValidated })
  const bytes = writeWeights(model.header, model.weights)
  mkdirSync(WEIGHTS, { recursive: true })
  writeFileSync(path.join(WEIGHTS, `${options.name}.bin`), bytes)
  if (!isQuick) writeModelCard(task, model.header, bytes.length, rows)
  console.log(`wrote ${options.name}.bin, ${bytes.length} bytes, threshold ${threshold}`)
}

function sourcesOf({ examples }: TrainingTask): string[] {
  return [...new Set(examples.map((example) => example.source))]
}

function print({ name, judged }: CardRow): void {
  const { count, positives, precision, recall, f1, falsePositiveRate, auc, ece } = qualityOf(judged)
  const figures = { precision, recall, f1, fpr: falsePositiveRate, auc, ece }
  const text = Object.entries(figures).map(([figure, value]) => `${figure} ${value.toFixed(3)}`)
  console.log(`${name.padEnd(36)} n ${count} (${positives})  ${text.join('  ')}`)
}
