import { METRIC_NAME, type Labels } from '../../../model/labels.ts'
import { ExecutionError } from '../../errors.ts'
import type { Column } from '../column.ts'
import { labelText } from '../label-text.ts'
import { IDENTIFYING_LABELS } from './info-matchers.ts'

/** Stands for "no info series" in a choice. */
const NONE = -1

/** For each step the info series that is newest, as indexes; -1 where there is none. */
type Choice = Int32Array

/** Info series by metric name and identifying labels. The values of their columns are the times of their samples. */
export class InfoSeries {
  readonly #columns: readonly Column[]
  readonly #choices = new Map<string, Choice>()
  readonly #names = new Set<string>()

  /** Throws `ExecutionError` when two series of the same metric, instance and job have samples of the same time. */
  constructor(columns: readonly Column[], stepCount: number) {
    this.#columns = columns
    columns.forEach((column, index) => {
      const name = column.labels.metricName
      this.#names.add(name)
      const key = keyOf(name, column.labels)
      const choice = this.#choices.get(key) ?? new Int32Array(stepCount).fill(NONE)
      this.#choices.set(key, choice)
      this.#enter(column, index, choice)
    })
  }

  #enter(column: Column, index: number, choice: Choice): void {
    for (let step = 0; step < choice.length; step++) {
      if (column.present[step] !== 1) continue
      const known = this.#columns[choice[step]!]
      if (known === undefined || known.values[step]! < column.values[step]!) choice[step] = index
      else if (known.values[step] === column.values[step]) throw duplicate(known, column, step)
    }
  }

  /** The choices, one a metric, for a series with the given labels. */
  choicesFor(labels: Labels): Choice[] {
    return [...this.#names].flatMap((name) => this.#choices.get(keyOf(name, labels)) ?? [])
  }

  labelsOf(index: number): Labels | undefined {
    return this.#columns[index]?.labels
  }
}

function keyOf(name: string, labels: Labels): string {
  return [name, ...IDENTIFYING_LABELS.map((label) => labels.get(label))].join('\xff')
}

function duplicate(existing: Column, added: Column, step: number): ExecutionError {
  const [first, second] = [existing, added].map(({ labels, values }) => `${labelText(labels)} @ ${values[step] ?? 0}`)
  return new ExecutionError(`found duplicate series for info metric: existing ${first}, new ${second}`)
}

/**
 * The labels that info series add to a series: those wanted that it does not have itself. Throws `ExecutionError` when
 * two info series contradict each other.
 */
export function addedLabels(
  base: Labels,
  infos: readonly Labels[],
  wanted: ReadonlySet<string>,
): Record<string, string> {
  const added: Record<string, string> = {}
  for (const info of infos) {
    for (const [name, value] of info.entries()) {
      if (name === METRIC_NAME || (wanted.size > 0 && !wanted.has(name))) continue
      if ((added[name] ?? value) !== value) throw new ExecutionError(`conflicting label: ${name}`)
      if (!base.has(name)) added[name] = value
    }
  }
  return added
}
