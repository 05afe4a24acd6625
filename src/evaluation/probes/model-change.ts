import { differenceInterval } from '../wilson-interval.ts'
import { sketchDistance } from './answer-sketch.ts'
import type { ItemResult, ProbeRun } from './probe-run.ts'

/**
 * Signs of another model behind the same name. `model`, `fingerprint`: the answers say so themselves; `score`: the right share has moved
 * beyond chance; `text`, `length`, `form`: the same questions are answered otherwise than before.
 */
export const CHANGE_REASONS = ['model', 'fingerprint', 'score', 'text', 'length', 'form'] as const
export type ChangeReason = (typeof CHANGE_REASONS)[number]

export interface ModelChange {
  readonly reason: ChangeReason
  readonly explanation: string
}

/** With fewer items that both sides have answered, distributions say nothing. */
const MIN_ITEMS = 8
/** Beyond what the runs of the baseline differ among themselves. */
const MIN_DISTANCE = 0.15
const MIN_LOG_RATIO = Math.log(1.25)
const MIN_FORM_SHARE = 0.15
/** Standard errors from which a mean difference is not chance. */
const MIN_Z = 3

/** What speaks for another model than in the runs of the baseline; empty when nothing does, or when there is no baseline. */
export function modelChanges(baseline: readonly ProbeRun[], run: ProbeRun): ModelChange[] {
  if (baseline.length === 0) return []
  const found = [
    unseen(
      'model',
      baseline.map(({ answeredBy }) => answeredBy),
      run.answeredBy,
    ),
    unseen(
      'fingerprint',
      baseline.map(({ fingerprints }) => fingerprints),
      run.fingerprints,
    ),
    scoreChange(baseline, run),
    ...answerChanges(baseline, run),
  ]
  return found.filter((change) => change !== undefined)
}

/** A change is when nothing is as it was: providers answer from several fleets at once. */
function unseen(
  reason: 'model' | 'fingerprint',
  before: ReadonlyArray<readonly string[]>,
  now: readonly string[],
): ModelChange | undefined {
  const known = new Set(before.flat())
  if (known.size === 0 || now.length === 0 || now.some((name) => known.has(name))) return undefined
  return { reason, explanation: `${[...known].join(', ')} → ${now.join(', ')}` }
}

/** The runs of the baseline ask the same questions, so that together they weigh as much as one of them. */
function scoreChange(baseline: readonly ProbeRun[], run: ProbeRun): ModelChange | undefined {
  const now = proportion(run.items)
  const runs = baseline.map(({ items }) => proportion(items)).filter(({ trials }) => trials > 0)
  if (now.trials === 0 || runs.length === 0) return undefined
  const sum = (of: 'hits' | 'trials'): number => runs.reduce((total, one) => total + one[of], 0)
  const trials = sum('trials') / runs.length
  const before = { hits: sum('hits') / runs.length, trials }
  const { lower, upper } = differenceInterval(now, before)
  if (lower <= 0 && upper >= 0) return undefined
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  const explanation = `accuracy ${percent(before.hits / trials)} → ${percent(now.hits / now.trials)}`
  return { reason: 'score', explanation }
}

function proportion(items: readonly ItemResult[]): { readonly hits: number; readonly trials: number } {
  const judged = items.filter(({ outcome }) => outcome !== 'error')
  return { hits: judged.filter(({ outcome }) => outcome === 'passed').length, trials: judged.length }
}

/** One question: how far its answer is from those before, and how far those are from each other. */
interface Shift {
  readonly distance: number
  readonly logRatio: number
  readonly isOtherForm: boolean
}

function answerChanges(baseline: readonly ProbeRun[], run: ProbeRun): Array<ModelChange | undefined> {
  const shifts = run.items.flatMap((item) => shiftOf(baseline, item) ?? [])
  if (shifts.length < MIN_ITEMS) return []
  const distance = meanOf(shifts.map((shift) => shift.distance))
  const ratio = meanOf(shifts.map(({ logRatio }) => logRatio))
  const forms = meanOf(shifts.map(({ isOtherForm }) => (isOtherForm ? 1 : 0)))
  const { mean } = distance
  return [
    // How answers vary by themselves is known from two runs on.
    baseline.length > 1 && mean > MIN_DISTANCE && distance.z > MIN_Z
      ? { reason: 'text', explanation: `answers differ by ${mean.toFixed(2)} more than those before among themselves` }
      : undefined,
    Math.abs(ratio.mean) > MIN_LOG_RATIO && Math.abs(ratio.z) > MIN_Z
      ? { reason: 'length', explanation: `answers are ${Math.exp(ratio.mean).toFixed(2)} times as long` }
      : undefined,
    forms.mean > MIN_FORM_SHARE && forms.z > MIN_Z
      ? { reason: 'form', explanation: `${(100 * forms.mean).toFixed(0)} % of the answers have another form` }
      : undefined,
  ]
}

function shiftOf(baseline: readonly ProbeRun[], { id, sketch }: ItemResult): Shift | undefined {
  const before = baseline.flatMap(({ items }) => items.find((item) => item.id === id)?.sketch ?? [])
  if (sketch === null || before.length === 0) return undefined
  const pairs = before.flatMap((a, i) => before.slice(i + 1).map((b) => sketchDistance(a, b)))
  const usual = pairs.length === 0 ? 0 : average(pairs)
  return {
    distance: average(before.map((one) => sketchDistance(one, sketch))) - usual,
    logRatio: Math.log(sketch.length + 1) - average(before.map(({ length }) => Math.log(length + 1))),
    isOtherForm: before.every(({ form }) => form !== sketch.form),
  }
}

/** Mean and how many standard errors it is from zero; without any spread it is infinitely many, unless it is zero. */
function meanOf(values: readonly number[]): { readonly mean: number; readonly z: number } {
  const mean = average(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  const error = Math.sqrt(variance / values.length)
  return { mean, z: mean === 0 ? 0 : mean / error }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
