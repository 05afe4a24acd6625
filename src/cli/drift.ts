import { DRIFT_WORDS, driftHtml, movedMost, shortNumber } from '../drift/drift-html.ts'
import type { BinRule } from '../drift/comparison.ts'
import { compareTables, UnknownColumnError, type ColumnDrift, type TableDrift } from '../drift/table-drift.ts'
import { readTable, TableFileError } from '../drift/table-file.ts'
import { padLeft, padRight } from '../util/text-width.ts'
import { CommandError } from './command-error.ts'
import type { Language } from './language.ts'

export interface DriftFlags {
  readonly reference: string
  readonly current: string
  /** Column names, comma-separated; absent: all. */
  readonly features?: string
  readonly bins: BinRule
  readonly format: 'json' | 'table' | 'html'
  /** The level from which on the command fails. */
  readonly failOn?: 'slight' | 'severe'
}

/** Compares two files and prints the report. Throws `CommandError` when one cannot be read, and after the report when it says more than `failOn` allows. */
export async function drift(flags: DriftFlags, language: Language, write: (text: string) => void): Promise<void> {
  const found = await compareFiles(flags)
  write(reportOf(found, flags, language))
  const isTooMuch = found.level === 'severe' || (found.level === 'slight' && flags.failOn === 'slight')
  if (flags.failOn !== undefined && isTooMuch) throw new CommandError(`drift is ${found.level}`)
}

async function compareFiles({ reference, current, features, bins }: DriftFlags): Promise<TableDrift> {
  try {
    const names = features?.split(',').map((name) => name.trim())
    return compareTables(await readTable(reference), await readTable(current), { features: names, bins })
  } catch (error) {
    if (error instanceof TableFileError || error instanceof UnknownColumnError) throw new CommandError(error.message)
    throw error
  }
}

function reportOf(found: TableDrift, { reference, current, format }: DriftFlags, language: Language): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ reference, current, ...found }, null, 2)}\n`
    case 'html':
      return driftHtml(found, { referenceName: reference, currentName: current, language })
    case 'table':
      return driftTable(found, language)
  }
}

const WIDTHS = { feature: 28, level: 8, number: 10 } as const

function driftTable(found: TableDrift, language: Language): string {
  const heads = ['PSI', 'JS', 'KS', 'W1/sd', 'V', 'p']
  const header = [
    padRight(DRIFT_WORDS.feature[language], WIDTHS.feature),
    padRight(DRIFT_WORDS.level[language], WIDTHS.level),
    ...heads.map((head) => padLeft(head, WIDTHS.number)),
    `  ${DRIFT_WORDS.moved[language]}`,
  ]
  const lines = found.features.map((column) => columnLine(column, language))
  const skipped = found.skipped.map(({ feature, reason }) => `${DRIFT_WORDS.skipped[language]}: ${feature} (${reason})`)
  const rows = `${found.referenceRows} → ${found.currentRows} ${DRIFT_WORDS.rows[language]}`
  return `${[rows, header.join(''), ...lines, ...skipped, DRIFT_WORDS.howToRead[language]].join('\n')}\n`
}

function columnLine({ feature, comparison }: ColumnDrift, language: Language): string {
  const { effects, tests, level } = comparison
  const pValue = tests.ks?.pValue ?? tests.chi_square?.pValue
  const numbers = [effects.psi, effects.js, effects.ks, effects.wasserstein_normed, effects.cramers_v, pValue]
  const [moved] = movedMost(comparison.bins, 1)
  const told =
    moved === undefined
      ? ''
      : `${moved.label}: ${(100 * moved.referenceShare).toFixed(1)}% → ${(100 * moved.currentShare).toFixed(1)}%`
  return [
    padRight(feature, WIDTHS.feature),
    padRight(DRIFT_WORDS[level][language], WIDTHS.level),
    ...numbers.map((value) => padLeft(value === undefined ? '–' : shortNumber(value), WIDTHS.number)),
    `  ${told}`,
  ].join('')
}
