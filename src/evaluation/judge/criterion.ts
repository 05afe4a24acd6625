import type { Verdict } from '../../model/evaluation.ts'
import type { Direction, EvaluationInput } from '../evaluator.ts'

/** What a judge is shown of a request, and for what is known beforehand the right answer. */
export interface JudgeInput extends EvaluationInput {
  /** What a good answer says; absent for requests as they come. */
  readonly reference?: string
}

export const JUDGED_FIELDS = ['system', 'context', 'prompt', 'reference', 'response'] as const
export type JudgedField = (typeof JUDGED_FIELDS)[number]

/** A text in English, and in Chinese where that is written. */
export interface BothLanguages {
  readonly en: string
  readonly zh?: string | undefined
}

/** An answer with the judgement that it deserves. */
export interface CriterionExample {
  readonly fields: Readonly<Partial<Record<JudgedField, string>>>
  readonly score: number
  readonly verdict: string
  readonly reason: string
}

/** One quality that a judge rates, as its file declares it. */
export interface Criterion {
  /** Kebab-case; the evaluator of its results is `judge-<name>`. */
  readonly name: string
  /** Changes with everything that may change a result. */
  readonly version: string
  readonly direction: Direction
  /** The judge's scale; results are brought to 0-1. */
  readonly scale: { readonly min: number; readonly max: number }
  /** The words that the judge chooses from, and what each of them means. */
  readonly verdicts: Readonly<Record<string, Verdict>>
  /** Fields without which the criterion does not apply. */
  readonly needs: readonly JudgedField[]
  /** Fields that the judge is shown. */
  readonly shows: readonly JudgedField[]
  readonly rubric: BothLanguages
  readonly examples: readonly CriterionExample[]
}

/** The first field that the criterion needs and the input has not. */
export function missingField({ needs }: Criterion, input: JudgeInput): JudgedField | undefined {
  return needs.find((field) => textOfField(input, field).trim() === '')
}

/** A field as one text; the documents of the context one after the other. */
export function textOfField(input: JudgeInput, field: JudgedField): string {
  switch (field) {
    case 'context':
      return input.context.join('\n\n')
    case 'reference':
      return input.reference ?? ''
    case 'system':
    case 'prompt':
    case 'response':
      return input[field]
  }
}

/** The evaluator of a criterion's results, in rows and series. */
export function judgedAs({ name }: Pick<Criterion, 'name'>): string {
  return `judge-${name}`
}
