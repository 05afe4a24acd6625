import { readJson, readLines } from './data.ts'

/** A harmless text with its origin; `group` keeps variants of one text together. */
export interface BenignText {
  readonly text: string
  readonly source: string
  readonly group: string
}

/** Prompts that harmless people write: instructions, sensitive but fair questions, questions that only look unsafe. */
export function benignPrompts(): BenignText[] {
  const packed = readLines<{ text: string; label: string; source: string }>('packs/injection.dev.jsonl')
  return distinct([
    ...packed.filter(({ label }) => label === 'benign').map(({ text, source }) => ({ text, source })),
    ...readLines<{ prompt: string }>('text/ifeval/example_en_responses.jsonl').map((row) => ({
      text: row.prompt,
      source: 'ifeval',
    })),
    ...readLines<{ prompt: string }>('text/cvalues-zh/cvalues_responsibility_prompts.jsonl').map((row) => ({
      text: row.prompt,
      source: 'cvalues',
    })),
    ...readLines<{ prompt: string }>('packs/hallucination-en.dev.jsonl').map((row) => ({
      text: row.prompt,
      source: 'halueval',
    })),
    ...readLines<{ question: string }>('packs/hallucination-zh.dev.jsonl').map((row) => ({
      text: row.question,
      source: 'halluqa',
    })),
    ...safeLookingUnsafe(),
  ])
}

function safeLookingUnsafe(): { text: string; source: string }[] {
  return readLines<{ prompt: string; prompt_type: string }>('packs/refusal.dev.jsonl')
    .filter((row) => !row.prompt_type.startsWith('contrast'))
    .map((row) => ({ text: row.prompt, source: 'xstest' }))
}

/** Documents as they are retrieved: e-mails, tables, code with its discussion, encyclopedia. */
export function benignDocuments(): BenignText[] {
  const code = readLines<{ code: string[]; context: string[] }>('injection-bipia/code-contexts.jsonl')
  return distinct([
    ...readLines<{ context: string }>('injection-bipia/email-contexts.jsonl').map((row) => ({
      text: row.context,
      source: 'bipia-email',
    })),
    ...readLines<{ context: string }>('injection-bipia/table-contexts.jsonl')
      .slice(0, 300)
      .map((row) => ({ text: row.context, source: 'bipia-table' })),
    ...code.map((row) => ({ text: row.context.join('\n'), source: 'bipia-code' })),
    ...readLines<{ context: string }>('packs/groundedness.dev.jsonl').map((row) => ({
      text: row.context,
      source: 'halueval-context',
    })),
  ])
}

/** Texts of other kinds that people paste into prompts: comments, customer messages, answers of models. */
export function benignPassages(): BenignText[] {
  return distinct([
    ...readLines<{ text: string }>('packs/toxicity.dev.jsonl').map((row) => ({ text: row.text, source: 'comments' })),
    ...readLines<{ text: string }>('packs/pii-en.dev.jsonl').map((row) => ({ text: row.text, source: 'messages' })),
    ...readLines<{ response: string }>('text/ifeval/example_en_responses.jsonl').map((row) => ({
      text: row.response,
      source: 'ifeval-answers',
    })),
    ...readLines<{ response: string }>('packs/hallucination-en.dev.jsonl').map((row) => ({
      text: row.response,
      source: 'answers',
    })),
    ...readLines<{ response: string }>('packs/hallucination-zh.dev.jsonl')
      .filter((_, i) => i % 5 === 0)
      .map((row) => ({ text: row.response, source: 'zh-answers' })),
  ])
}

/** Instructions that BIPIA hides in documents, by kind. */
export function hiddenInstructions(): BenignText[] {
  return ['text', 'code'].flatMap((form) =>
    Object.entries(readJson(`injection-bipia/${form}_attack_train.json`) as Record<string, string[]>).flatMap(
      ([kind, texts]) => texts.map((text) => ({ text, source: `bipia-${form}-attack`, group: kind })),
    ),
  )
}

function distinct(texts: readonly { text: string; source: string }[]): BenignText[] {
  const byText = new Map(texts.map((one) => [one.text, { ...one, group: one.text.slice(0, 60) }]))
  return [...byText.values()]
}
