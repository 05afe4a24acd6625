import type { EvaluationInput } from '../../src/evaluation/evaluator.ts'
import { expandAll } from '../../scripts/training/template.ts'
import { generator } from '../../scripts/training/classifier.ts'
import { readLines } from '../../scripts/training/data.ts'
import { hiddenInstructions } from '../../scripts/training/benign-texts.ts'
import * as families from './attack-families.ts'
import { summaryCases } from './hard-summaries.ts'
import * as styles from './refusal-styles.ts'
import { ZH_PII_TEMPLATES, ZH_PII_WORDS } from './chinese-pii.ts'

/** A labelled input for one or several evaluators: it counts as flagged when any of them flags it. */
export interface Case {
  readonly input: EvaluationInput
  readonly isPositive: boolean
}

/** A set of labelled inputs and the evaluators that it measures. */
export interface CaseSet {
  readonly evaluators: readonly string[]
  readonly data: string
  /** Whether a high score of the evaluator means positive; false for those where higher is better. */
  readonly isHighPositive: boolean
  /** The trained model that decides, where one does: its figures on examples that it had not seen are shown. */
  readonly model?: string
  /** Whether the cases were written apart from the training, so that what is shipped has not seen them. */
  readonly isApart?: boolean
  readonly cases: readonly Case[]
}

function input(fields: Partial<EvaluationInput>): EvaluationInput {
  return { prompt: '', response: '', context: [], system: '', model: '', ...fields }
}

/** All labelled sets. Reads the packs. */
export function caseSets(): readonly CaseSet[] {
  return [
    { evaluators: ['refusal'], data: 'XSTest', model: 'refusal', isHighPositive: true, cases: refusals() },
    {
      evaluators: ['refusal'],
      data: 'written, other styles',
      isApart: true,
      isHighPositive: true,
      cases: refusalStyles(),
    },
    {
      evaluators: ['prompt-injection', 'jailbreak'],
      data: 'attacks and prompts',
      model: 'jailbreak',
      isHighPositive: true,
      cases: attacks(),
    },
    {
      evaluators: ['prompt-injection', 'jailbreak'],
      data: 'written, other families',
      isApart: true,
      isHighPositive: true,
      cases: attackFamilies(),
    },
    {
      evaluators: ['prompt-injection'],
      data: 'BIPIA in documents',
      model: 'embedded-instruction',
      isHighPositive: true,
      cases: indirectAttacks(),
    },
    {
      evaluators: ['harmful-content'],
      data: 'JailbreakBench answers',
      model: 'harmful',
      isHighPositive: true,
      cases: jailbrokenAnswers(),
    },
    {
      evaluators: ['toxicity'],
      data: 'surge-ai, en',
      model: 'toxicity-en',
      isHighPositive: true,
      cases: toxicTexts('en'),
    },
    { evaluators: ['toxicity'], data: 'COLD, zh', model: 'toxicity-zh', isHighPositive: true, cases: toxicTexts('zh') },
    { evaluators: ['secrets'], data: 'gitleaks, detect-secrets', isHighPositive: true, cases: secretTexts() },
    { evaluators: ['pii'], data: 'presidio, structured', isHighPositive: true, cases: personalTexts() },
    { evaluators: ['pii'], data: 'written, zh', isHighPositive: true, cases: chinesePersonalTexts() },
    { evaluators: ['groundedness'], data: 'HaluEval QA', isHighPositive: false, cases: groundedAnswers() },
    { evaluators: ['groundedness'], data: 'written, hard summaries', isHighPositive: false, cases: hardSummaries() },
    {
      evaluators: ['hallucination'],
      data: 'HaluEval general, en',
      model: 'hallucination-en',
      isHighPositive: true,
      cases: inventedAnswers(),
    },
    {
      evaluators: ['hallucination'],
      data: 'HalluQA, zh',
      model: 'hallucination-zh',
      isHighPositive: true,
      cases: chineseInventedAnswers(),
    },
    { evaluators: ['repetition'], data: 'IFEval, looped', isHighPositive: true, cases: loopedAnswers() },
  ]
}

interface Answered {
  readonly prompt: string
  readonly response: string
}

/** Prompts and answers of ordinary use, on which nothing should be flagged. */
export function benignInputs(): readonly EvaluationInput[] {
  const answered = readLines<Answered>('text/ifeval/example_en_responses.jsonl').map(({ prompt, response }) =>
    input({ prompt, response }),
  )
  const asked = readLines<{ prompt: string }>('text/cvalues-zh/cvalues_responsibility_prompts.jsonl').map(
    ({ prompt }) => input({ prompt }),
  )
  return [...answered, ...asked]
}

function refusals(): Case[] {
  return readLines<Answered & { label: string }>('packs/refusal.dev.jsonl').map(({ prompt, response, label }) => ({
    input: input({ prompt, response }),
    isPositive: label !== 'full_compliance',
  }))
}

function refusalStyles(): Case[] {
  return [
    ...[...styles.DECLINED, ...styles.DECLINED_IN_PART].map((response) => ({ response, isPositive: true })),
    ...styles.ANSWERED.map((response) => ({ response, isPositive: false })),
  ].map(({ response, isPositive }) => ({ input: input({ response }), isPositive }))
}

function attackFamilies(): Case[] {
  return [
    ...families.ATTACKS.map((prompt) => ({ input: input({ prompt }), isPositive: true })),
    ...families.INDIRECT_ATTACKS.map((document) => ({
      input: input({ prompt: 'Summarise this.', context: [document] }),
      isPositive: true,
    })),
    ...families.HARMLESS.map((prompt) => ({ input: input({ prompt }), isPositive: false })),
  ]
}

function attacks(): Case[] {
  return readLines<{ text: string; label: string }>('packs/injection.dev.jsonl').map(({ text, label }) => ({
    input: input({ prompt: text }),
    isPositive: label === 'attack',
  }))
}

/** Each hidden instruction in one document, at the start, in the middle or at the end; and the documents alone. */
function indirectAttacks(): Case[] {
  const documents = readLines<{ context: string }>('injection-bipia/email-contexts.jsonl').map(({ context }) => context)
  const attacked = hiddenInstructions().map(({ text }, i) => {
    const lines = (documents[i % documents.length] ?? '').split('\n')
    lines.splice([0, Math.floor(lines.length / 2), lines.length][i % 3] ?? 0, 0, text)
    return { input: input({ prompt: 'Summarise the document.', context: [lines.join('\n')] }), isPositive: true }
  })
  const tables = readLines<{ context: string }>('injection-bipia/table-contexts.jsonl').slice(0, 200)
  const alone = [...documents, ...tables.map(({ context }) => context)].map((document) => ({
    input: input({ prompt: 'Summarise the document.', context: [document] }),
    isPositive: false,
  }))
  return [...attacked, ...alone]
}

function jailbrokenAnswers(): Case[] {
  return readLines<{ goal: string; response: string; label: string }>('packs/jailbreak-response.dev.jsonl').map(
    ({ goal, response, label }) => ({
      input: input({ prompt: goal, response }),
      isPositive: label === 'jailbroken',
    }),
  )
}

function toxicTexts(language: string): Case[] {
  return readLines<{ lang: string; text: string; label: string }>('packs/toxicity.dev.jsonl')
    .filter(({ lang }) => lang === language)
    .map(({ text, label }) => ({ input: input({ response: text }), isPositive: label === 'toxic' }))
}

function secretTexts(): Case[] {
  return readLines<{ text: string; label: string }>('packs/secrets.dev.jsonl').map(({ text, label }) => ({
    input: input({ response: text }),
    isPositive: label === 'secret',
  }))
}

const STRUCTURED = new Set([
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'CREDIT_CARD',
  'IBAN_CODE',
  'US_SSN',
  'IP_ADDRESS',
  'STREET_ADDRESS',
  'ADDRESS',
])

function personalTexts(): Case[] {
  const rows = readLines<{ text: string; spans: ReadonlyArray<readonly [number, number, string]> }>(
    'packs/pii-en.dev.jsonl',
  )
  return rows.map(({ text, spans }) => ({
    input: input({ response: text }),
    isPositive: spans.some(([, , type]) => STRUCTURED.has(type)),
  }))
}

function chinesePersonalTexts(): Case[] {
  const written = expandAll(ZH_PII_TEMPLATES, ZH_PII_WORDS, 12, generator(5)).map(({ text }) => ({
    input: input({ response: text }),
    isPositive: true,
  }))
  const benign = readLines<{ prompt: string }>('text/cvalues-zh/cvalues_responsibility_prompts.jsonl')
  return [
    ...written,
    ...benign.slice(0, 300).map(({ prompt }) => ({ input: input({ response: prompt }), isPositive: false })),
  ]
}

/** Positive is what is not grounded, for that is what is flagged. */
function groundedAnswers(): Case[] {
  const rows = readLines<{ context: string; question: string; answer: string; label: string }>(
    'packs/groundedness.dev.jsonl',
  )
  return rows.map(({ context, question, answer, label }) => ({
    input: input({ prompt: question, response: answer, context: [context] }),
    isPositive: label === 'hallucinated',
  }))
}

function hardSummaries(): Case[] {
  return summaryCases().map(({ document, summary, isWrong }) => ({
    input: input({ prompt: 'Summarise the document.', response: summary, context: [document] }),
    isPositive: isWrong,
  }))
}

function inventedAnswers(): Case[] {
  return readLines<Answered & { label: string }>('packs/hallucination-en.dev.jsonl').map(
    ({ prompt, response, label }) => ({
      input: input({ prompt, response }),
      isPositive: label === 'yes',
    }),
  )
}

function chineseInventedAnswers(): Case[] {
  return readLines<{ question: string; response: string; label: string }>('packs/hallucination-zh.dev.jsonl').map(
    ({ question, response, label }) => ({
      input: input({ prompt: question, response }),
      isPositive: label === 'hallucinated',
    }),
  )
}

/** Answers whose last part is said again and again, as a model does that is stuck; and the same answers as they were. */
function loopedAnswers(): Case[] {
  const answers = readLines<Answered>('text/ifeval/example_en_responses.jsonl').filter(
    ({ response }) => response.length > 300,
  )
  return answers.flatMap(({ response }, i) => {
    const tail = response.slice(0, 250).slice(-(30 + (i % 5) * 40))
    const looped = `${response.slice(0, 250)} ${`${tail} `.repeat(6 + (i % 4) * 3)}`
    return [
      { input: input({ response }), isPositive: false },
      { input: input({ response: looped }), isPositive: true },
    ]
  })
}
