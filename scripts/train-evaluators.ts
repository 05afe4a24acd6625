// Trains the small models of the evaluators and writes their weights: npx tsx scripts/train-evaluators.ts [name ...]
// Needs the labelled data beside the repository. Prints the figures that stand in the model cards (docs/models).
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { qualityOf } from '../bench/quality/metrics.ts'
import type { Judged } from '../bench/quality/metrics.ts'
import { writeWeights } from '../src/evaluation/models/weights-file.ts'
import { attackTasks } from './training/attack-task.ts'
import { train } from './training/classifier.ts'
import { hasData } from './training/data.ts'
import { hallucinationTasks } from './training/hallucination-task.ts'
import { harmfulTasks } from './training/harmful-task.ts'
import { instructionTasks } from './training/instruction-task.ts'
import { refusalTasks } from './training/refusal-task.ts'
import type { TrainingTask } from './training/task.ts'
import { toxicityTasks } from './training/toxicity-task.ts'
import { calibrate, calibrated, crossValidate, judge, leaveOneSourceOut, thresholdOf } from './training/validation.ts'

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
/** Leaving each source out trains a model per source; while one tries something, `--quick` spares that. */
const isQuick = process.argv.includes('--quick')
for (const [family, tasks] of Object.entries(FAMILIES)) {
  if (wanted.length === 0 || wanted.includes(family)) for (const task of tasks()) trainAndWrite(task)
}

function trainAndWrite(task: TrainingTask): void {
  const { options, examples, calibratedOn = () => true } = task
  console.log(`\n${options.name} ${options.version}: ${examples.length} examples`)
  const heldOut = crossValidate(examples, options)
  const calibration = calibrate(heldOut.filter(({ example }) => calibratedOn(example)))
  const threshold = thresholdOf(task.threshold, heldOut, calibration)
  console.log(`threshold ${threshold}`)
  print('cross-validated', judge(heldOut, calibration, threshold))
  for (const source of new Set(examples.map((example) => example.source))) {
    const ofSource = heldOut.filter(({ example }) => example.source === source)
    print(`  ${source}`, judge(ofSource, calibration, threshold))
  }
  for (const [source, held] of isQuick ? [] : leaveOneSourceOut(examples, options)) {
    print(`  without ${source}`, judge(held, calibration, threshold))
  }
  const model = calibrated(train(examples, options), calibration, threshold)
  const bytes = writeWeights(model.header, model.weights)
  mkdirSync(WEIGHTS, { recursive: true })
  writeFileSync(path.join(WEIGHTS, `${options.name}.bin`), bytes)
  console.log(`wrote ${options.name}.bin, ${bytes.length} bytes`)
}

function print(title: string, judged: readonly Judged[]): void {
  const { count, positives, precision, recall, f1, falsePositiveRate, auc, ece } = qualityOf(judged)
  const figures = { precision, recall, f1, fpr: falsePositiveRate, auc, ece }
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(3)}`)
  console.log(`${title.padEnd(36)} n ${count} (${positives})  ${text.join('  ')}`)
}
