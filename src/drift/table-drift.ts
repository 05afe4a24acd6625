import {
  compareCategories,
  compareNumbers,
  DEFAULT_COMPARISON,
  type BinRule,
  type Comparison,
  type DriftLevel,
} from './comparison.ts'
import { categoricalConventions, type ConventionNumbers, numericConventions } from './conventions.ts'
import { weighted } from './statistics/paired-counts.ts'
import { columnsOf, type Row } from './table-file.ts'

/** One column of both files. */
export interface ColumnDrift {
  readonly feature: string
  readonly comparison: Comparison
  /** Rows without a value. */
  readonly missing: { readonly reference: number; readonly current: number }
  readonly conventions: ConventionNumbers
}

/** A column that was not compared, and why. */
export interface SkippedColumn {
  readonly feature: string
  readonly reason: string
}

export interface TableDrift {
  /** Of the feature that moved most. */
  readonly level: DriftLevel
  readonly referenceRows: number
  readonly currentRows: number
  /** The farthest moved first. */
  readonly features: readonly ColumnDrift[]
  readonly skipped: readonly SkippedColumn[]
}

/** A column was asked for that neither file has. */
export class UnknownColumnError extends Error {
  constructor(name: string, known: Iterable<string>) {
    super(`no column ${JSON.stringify(name)} in either file; there are ${[...known].join(', ')}`)
    this.name = 'UnknownColumnError'
  }
}

/** More different texts than this, most of them only once, are prose or ids: their length is compared, not what they say. */
const MAX_CATEGORIES = 100

/**
 * Compares two tables column by column; all columns, or those named. A column of numbers alone is numeric, every other one categorical, and one of
 * free text is compared by the lengths of its texts as `name.length`. Throws `UnknownColumnError`.
 */
export function compareTables(
  reference: readonly Row[],
  current: readonly Row[],
  { features, bins = 'quantile' }: { readonly features?: readonly string[] | undefined; readonly bins?: BinRule } = {},
): TableDrift {
  const known = new Set([...columnsOf(reference), ...columnsOf(current)])
  for (const name of features ?? []) if (!known.has(name)) throw new UnknownColumnError(name, known)
  const found = (features ?? [...known]).map((name) => compareColumn(name, reference, current, bins))
  const compared = found.flatMap((column) => ('comparison' in column ? [column] : []))
  const psiOf = ({ comparison }: ColumnDrift): number => comparison.effects.psi ?? 0
  const sorted = compared.toSorted((a, b) => psiOf(b) - psiOf(a))
  return {
    level: sorted[0]?.comparison.level ?? 'none',
    referenceRows: reference.length,
    currentRows: current.length,
    features: sorted,
    skipped: found.flatMap((column) => ('reason' in column ? [column] : [])),
  }
}

function compareColumn(
  feature: string,
  reference: readonly Row[],
  current: readonly Row[],
  bins: BinRule,
): ColumnDrift | SkippedColumn {
  const [before, now] = [valuesOf(feature, reference), valuesOf(feature, current)]
  if (before.length === 0 || now.length === 0)
    return { feature, reason: `no values in the ${before.length === 0 ? 'reference' : 'current'} file` }
  const missing = { reference: reference.length - before.length, current: current.length - now.length }
  const [numbersBefore, numbersNow] = [numbersOf(before), numbersOf(now)]
  if (numbersBefore !== undefined && numbersNow !== undefined)
    return { feature, missing, ...numericDrift(numbersBefore, numbersNow, bins) }
  const [textsBefore, textsNow] = [before.map(String), now.map(String)]
  if (isProse(textsBefore) || isProse(textsNow)) {
    const lengths = (texts: readonly string[]): number[] => texts.map((text) => text.length)
    return { feature: `${feature}.length`, missing, ...numericDrift(lengths(textsBefore), lengths(textsNow), bins) }
  }
  return { feature, missing, ...categoricalDrift(countsOf(textsBefore), countsOf(textsNow)) }
}

type Found = Pick<ColumnDrift, 'comparison' | 'conventions'>

function numericDrift(reference: readonly number[], current: readonly number[], bins: BinRule): Found {
  const [before, now] = [weighted(reference), weighted(current)]
  return {
    comparison: compareNumbers(before, now, { ...DEFAULT_COMPARISON, bins }),
    conventions: numericConventions(before, now),
  }
}

function categoricalDrift(reference: ReadonlyMap<string, number>, current: ReadonlyMap<string, number>): Found {
  const comparison = compareCategories(reference, current)
  const conventions = categoricalConventions(
    comparison.bins.map((bin) => bin.reference),
    comparison.bins.map((bin) => bin.current),
  )
  return { comparison, conventions }
}

function valuesOf(feature: string, rows: readonly Row[]): Array<number | string> {
  return rows.flatMap((row) => row.get(feature) ?? [])
}

function numbersOf(values: ReadonlyArray<number | string>): number[] | undefined {
  const numbers = values.filter((value) => typeof value === 'number')
  return numbers.length === values.length ? numbers : undefined
}

function isProse(texts: readonly string[]): boolean {
  const different = new Set(texts).size
  return different > MAX_CATEGORIES && different > texts.length / 2
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
