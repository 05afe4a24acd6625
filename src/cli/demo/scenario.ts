/** The part of the story that a moment belongs to. */
export type Phase = 'calm' | 'incident' | 'healing'

/** What the simulated system is like at one moment. */
export interface Conditions {
  readonly phase: Phase
  /** 1 = full clock; below, the GPU throttles and everything takes longer by the inverse. */
  readonly clockShare: number
  readonly gpuTemperature: number
  /** Share of calls that the model server refuses for lack of capacity. */
  readonly errorShare: number
  /** Prompts are this many times their usual length: users paste logs while the system is slow. */
  readonly promptScale: number
  /** Share of answers that loop, refuse or leak. */
  readonly badAnswerShare: number
  /** Probability that feedback is positive. */
  readonly satisfaction: number
}

const CALM_MS = 60_000
const INCIDENT_MS = 120_000
const HEALING_MS = 30_000
const PERIOD_MS = CALM_MS + INCIDENT_MS + HEALING_MS + 150_000

const CALM: Conditions = {
  phase: 'calm',
  clockShare: 1,
  gpuTemperature: 68,
  errorShare: 0.004,
  promptScale: 1,
  badAnswerShare: 0.02,
  satisfaction: 0.93,
}

const INCIDENT: Conditions = {
  phase: 'incident',
  clockShare: 0.22,
  gpuTemperature: 93,
  errorShare: 0.18,
  promptScale: 3,
  badAnswerShare: 0.25,
  satisfaction: 0.45,
}

/**
 * The story, over and over: a calm minute, two minutes in which a GPU overheats and throttles (slow first tokens, errors,
 * worse answers, unhappy users), half a minute of healing, calm again.
 */
export function conditionsAt(elapsedMs: number): Conditions {
  const at = elapsedMs % PERIOD_MS
  if (at < CALM_MS) return CALM
  if (at < CALM_MS + INCIDENT_MS) return between(CALM, INCIDENT, Math.min(1, (at - CALM_MS) / 20_000), 'incident')
  if (at < CALM_MS + INCIDENT_MS + HEALING_MS)
    return between(INCIDENT, CALM, (at - CALM_MS - INCIDENT_MS) / HEALING_MS, 'healing')
  return CALM
}

function between(from: Conditions, to: Conditions, share: number, phase: Phase): Conditions {
  const mix = (key: Exclude<keyof Conditions, 'phase'>): number => from[key] + (to[key] - from[key]) * share
  return {
    phase,
    clockShare: mix('clockShare'),
    gpuTemperature: mix('gpuTemperature'),
    errorShare: mix('errorShare'),
    promptScale: mix('promptScale'),
    badAnswerShare: mix('badAnswerShare'),
    satisfaction: mix('satisfaction'),
  }
}
