import { EVALUATORS } from '../../src/evaluation/evaluators.ts'
import { lazyModel } from '../../src/evaluation/models/weights-file.ts'
import type { CaseSet } from './cases.ts'
import type { Cost, MeasuredSet } from './measure.ts'

/** What evaluators there are. */
export function evaluatorTable(): string {
  const rows = EVALUATORS.map(({ name, version, direction, costClass, languages }) => {
    return `| \`${name}\` | ${version} | ${direction.replaceAll('_', ' ')} | ${costClass} | ${languages.join(', ')} |`
  })
  return ['| evaluator | version | direction | cost | languages |', '|---|---|---|---|---|', ...rows].join('\n')
}

/**
 * How well they judge labelled data: rules on all of it, models on examples that they had not seen (five folds by group;
 * see their cards). The last column is the F1 of the evaluator on the same data after training, which flatters a model.
 */
export function qualityTable(sets: readonly MeasuredSet[]): string {
  const rows = sets.map(({ set, quality }) => {
    const heldOut = set.model === undefined ? quality : lazyModel(set.model)().header.crossValidated
    const figures = [heldOut?.precision, heldOut?.recall, heldOut?.f1, heldOut?.auc, heldOut?.ece, quality.f1]
    const method = methodOf(set)
    const names = set.evaluators.map((name) => `\`${name}\``).join(' or ')
    return `| ${[names, set.data, method, quality.count, quality.positives, ...figures.map(figureOf)].join(' | ')} |`
  })
  return [
    '| evaluator | data | method | n | positive | precision | recall | F1 | AUC | ECE | F1 on data seen |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function methodOf({ model, isApart = false }: CaseSet): string {
  if (model !== undefined) return `held out: [${model}](models/${model}.md)`
  return isApart ? 'apart from training' : 'rules'
}

function figureOf(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(3)
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
