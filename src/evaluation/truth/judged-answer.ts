import type { Event } from '../../model/event.ts'
import { modelOf, type Request } from '../../model/request.ts'
import { textOf, type AttributeValue } from '../../model/span.ts'

/** An answer of which the truth is known. Labels are normalised. */
export interface JudgedAnswer {
  readonly timeMs: number
  readonly model: string
  readonly promptName: string
  readonly promptVersion: string
  readonly task: string
  readonly expected: string
  /** A label when the sender said it; else the answer as a whole, in which a label is yet to be found. */
  readonly predicted: string
  readonly isAnswerText: boolean
  /** How sure the model was, 0-1, where the truth or the request says. */
  readonly confidence: number | undefined
  /** Values of the attributes that are compared, by name; absent ones are not there. */
  readonly attributes: Readonly<Record<string, string>>
}

const CONFIDENCE_NAMES = ['confidence', 'probability']

/** Joins a truth with the request that it is about. */
export function judgedAnswer(truth: Event, { span }: Request, attributeNames: readonly string[]): JudgedAnswer {
  const attribute = (name: string): AttributeValue | undefined => truth.attributes[name] ?? span.attributes[name]
  const said = plainText(truth.attributes['predicted'])
  const named = attributeNames.flatMap((name) => {
    const value = plainText(attribute(name))
    return value === '' ? [] : [[name, value] as const]
  })
  return {
    timeMs: truth.timeMs,
    model: modelOf(span),
    promptName: span.llm.promptName,
    promptVersion: span.llm.promptVersion,
    task: plainText(truth.attributes['task']),
    expected: normalLabel(plainText(truth.attributes['expected'])),
    predicted: normalLabel(said === '' ? textOf(span.llm.outputMessages) : said),
    isAnswerText: said === '',
    confidence: CONFIDENCE_NAMES.map((name) => confidenceOf(attribute(name))).find((value) => value !== undefined),
    attributes: Object.fromEntries(named),
  }
}

/** Without case, outer punctuation and needless white space: `"Yes."` and `yes` are one label. */
export function normalLabel(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
}

/**
 * The label in an answer: the answer itself when it is one, else the only known label that occurs in it as a word (in Chinese, as a part). An answer
 * with none or several stays as it is, and is wrong.
 */
export function labelIn(answer: string, labels: readonly string[]): string {
  if (labels.includes(answer)) return answer
  const found = labels.filter((label) => label !== '' && occursIn(answer, label))
  // A label inside a longer one that occurs too ("spam" in "not spam") is not meant.
  const longest = found.filter((label) => !found.some((other) => other !== label && other.includes(label)))
  return longest.length === 1 ? (longest[0] ?? answer) : answer
}

function occursIn(answer: string, label: string): boolean {
  const isHan = /\p{Script=Han}/u.test(label)
  if (isHan) return answer.includes(label)
  return ` ${answer.replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `.includes(` ${label.replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `)
}

/** A plain value as text; '' for everything else. */
export function plainText(value: AttributeValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function confidenceOf(value: AttributeValue | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number <= 1 ? number : undefined
}
