import type { Evaluation, EvaluationSpan } from '../model/evaluation.ts'

/**
 * Evaluations by columns, for the way from the worker's thread: some sixteen results a request repeat the same names, and
 * copying them as objects costs four times as much.
 */
export interface PackedEvaluations {
  /** Every text that occurs, once. */
  readonly texts: readonly string[]
  /** For each result the places in `texts` of `TEXT_FIELDS`, then of its label; `NONE` without one. */
  readonly places: Int32Array
  readonly times: Float64Array
  readonly scores: Float64Array
  /** 1 for each result that is flagged. */
  readonly flags: Uint8Array
  /** Of the results that have spans, by their number. */
  readonly spans: ReadonlyMap<number, readonly EvaluationSpan[]>
}

const TEXT_FIELDS = ['traceId', 'spanId', 'evaluator', 'evaluatorVersion', 'model', 'explanation'] as const
const LABEL = TEXT_FIELDS.length
const WIDTH = TEXT_FIELDS.length + 1
const NONE = -1

export function packEvaluations(evaluations: readonly Evaluation[]): PackedEvaluations {
  const texts = new TextList()
  const places = new Int32Array(evaluations.length * WIDTH)
  const times = new Float64Array(evaluations.length)
  const scores = new Float64Array(evaluations.length)
  const flags = new Uint8Array(evaluations.length)
  const spans = new Map<number, readonly EvaluationSpan[]>()
  let at = 0
  evaluations.forEach((evaluation, i) => {
    for (const field of TEXT_FIELDS) places[at++] = texts.placeOf(evaluation[field])
    places[at++] = evaluation.label === undefined ? NONE : texts.placeOf(evaluation.label)
    times[i] = evaluation.timeMs
    scores[i] = evaluation.score
    flags[i] = evaluation.verdict === 'flagged' ? 1 : 0
    if (evaluation.spans !== undefined) spans.set(i, evaluation.spans)
  })
  return { texts: texts.texts, places, times, scores, flags, spans }
}

/** Different texts, in the order in which they came. */
class TextList {
  readonly texts: string[] = []
  readonly #places = new Map<string, number>()

  placeOf(text: string): number {
    const known = this.#places.get(text)
    if (known !== undefined) return known
    this.#places.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}

/** The evaluations as they were packed. */
export function unpackEvaluations({ texts, places, times, scores, flags, spans }: PackedEvaluations): Evaluation[] {
  return Array.from(scores, (score, i) => {
    const textAt = (k: number): string => texts[places[i * WIDTH + k] ?? NONE] ?? ''
    const found = spans.get(i)
    return {
      traceId: textAt(0),
      spanId: textAt(1),
      timeMs: times[i] ?? 0,
      evaluator: textAt(2),
      evaluatorVersion: textAt(3),
      model: textAt(4),
      score,
      verdict: flags[i] === 1 ? 'flagged' : 'ok',
      explanation: textAt(5),
      ...(places[i * WIDTH + LABEL] === NONE ? {} : { label: textAt(LABEL) }),
      ...(found === undefined ? {} : { spans: found }),
    }
  })
}
