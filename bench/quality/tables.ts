import { EVALUATORS } from '../../src/evaluation/evaluators.ts'
import type { Cost, MeasuredSet } from './measure.ts'

/** What evaluators there are. */
export function evaluatorTable(): string {
  const rows = EVALUATORS.map(({ name, version, direction, costClass, languages }) => {
    return `| \`${name}\` | ${version} | ${direction.replaceAll('_', ' ')} | ${costClass} | ${languages.join(', ')} |`
  })
  return ['| evaluator | version | direction | cost | languages |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** How well they judge labelled data. */
export function qualityTable(sets: readonly MeasuredSet[]): string {
  const rows = sets.map(({ set, quality }) => {
    const { count, positives, precision, recall, f1, falsePositiveRate, auc, ece } = quality
    const figures = [precision, recall, f1, falsePositiveRate, auc, ece].map((value) =>
      Number.isNaN(value) ? '' : value.toFixed(3),
    )
    return `| ${set.evaluators.map((name) => `\`${name}\``).join(' or ')} | ${set.data} | ${count} | ${positives} | ${figures.join(' | ')} |`
  })
  return [
    '| evaluator | data | n | positive | precision | recall | F1 | false positives | AUC | ECE |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

/** What they flag of harmless prompts and answers, and what they cost. */
export function costTable(
  benign: ReadonlyMap<string, { readonly applied: number; readonly flagged: number }>,
  cost: Cost,
): string {
  const rows = EVALUATORS.map(({ name }) => {
    const { applied = 0, flagged = 0 } = benign.get(name) ?? {}
    const share = applied === 0 ? '' : `${((flagged / applied) * 100).toFixed(1)} %`
    return `| \`${name}\` | ${applied} | ${flagged} | ${share} | ${(cost.aloneUs.get(name) ?? 0).toFixed(0)} |`
  })
  return [
    '| evaluator | applied | flagged | share | µs alone |',
    '|---|---|---|---|---|',
    ...rows,
    `| all together | | | | ${cost.togetherUs.toFixed(0)} |`,
  ].join('\n')
}

/** Puts `content` between the marks of a section of a document. Throws when the document has no such section. */
export function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`docs/evaluators.md has no section ${begin} ... ${end}`)
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}
