import type { Evaluation, EvaluationSpan, Score } from '../model/evaluation.ts'

/**
 * Evaluations by columns, for the way from the worker's thread: some sixteen results a request repeat the same names, and
 * copying them as objects costs four times as much.
 */
export interface PackedEvaluations {
  /** Every text that occurs, once. */
  readonly texts: readonly string[]
  /** For each result the places in `texts` of its trace id, span id, evaluator, version, model, explanation and label (`NONE`: it has none). */
  readonly places: Int32Array
  readonly times: Float64Array
  readonly scores: Float64Array
  /** 1 for each result that is flagged. */
  readonly flags: Uint8Array
  /** Of the results that have spans, by their number. */
  readonly spans: ReadonlyMap<number, readonly EvaluationSpan[]>
}

const LABEL = 6
const WIDTH = LABEL + 1
const NONE = -1

/** Takes results as they come, request by request: as objects of their own they would cost as much as a cheap evaluator. */
export class EvaluationPacker {
  readonly #texts = new TextList()
  readonly #places: number[] = []
  readonly #times: number[] = []
  readonly #scores: number[] = []
  readonly #flags: number[] = []
  readonly #spans = new Map<number, readonly EvaluationSpan[]>()
  #traceId = 0
  #spanId = 0
  #model = 0
  #timeMs = 0

  /** What is added from now on is about this request. */
  begin({ traceId, spanId, timeMs }: Pick<Evaluation, 'traceId' | 'spanId' | 'timeMs'>, model: string): void {
    this.#traceId = this.#texts.placeOf(traceId)
    this.#spanId = this.#texts.placeOf(spanId)
    this.#model = this.#texts.placeOf(model)
    this.#timeMs = timeMs
  }

  add({ name, version }: { readonly name: string; readonly version: string }, score: Score): void {
    const texts = this.#texts
    const label = score.label === undefined ? NONE : texts.placeOf(score.label)
    this.#places.push(this.#traceId, this.#spanId, texts.placeOf(name), texts.placeOf(version), this.#model)
    this.#places.push(texts.placeOf(score.explanation), label)
    if (score.spans !== undefined) this.#spans.set(this.#scores.length, score.spans)
    this.#times.push(this.#timeMs)
    this.#scores.push(score.score)
    this.#flags.push(score.verdict === 'flagged' ? 1 : 0)
  }

  packed(): PackedEvaluations {
    return {
      texts: this.#texts.texts,
      places: Int32Array.from(this.#places),
      times: Float64Array.from(this.#times),
      scores: Float64Array.from(this.#scores),
      flags: Uint8Array.from(this.#flags),
      spans: this.#spans,
    }
  }
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
