import { readBlocks, type Block, type ColumnValues } from './native-reader.ts'

/** One row of a result: the value of each column by name. */
export interface ResultRow {
  readonly columns: ReadonlyMap<string, ColumnValues>
  readonly index: number
}

/** For results that are read row by row; samples are read by column. */
export function rowsOf(bytes: Buffer): ResultRow[] {
  return [...readBlocks(bytes)].flatMap(rowsOfBlock)
}

export function rowsOfBlock({ columns, rowCount }: Block): ResultRow[] {
  return Array.from({ length: rowCount }, (_, index) => ({ columns, index }))
}

export function textOf(row: ResultRow, name: string): string {
  const value = valueOf(row, name)
  if (typeof value !== 'string') throw new TypeError(`column ${name} is no text`)
  return value
}

/** Undefined where the column says NULL. */
export function optionalTextOf(row: ResultRow, name: string): string | undefined {
  return valueOf(row, name) === undefined ? undefined : textOf(row, name)
}

export function numberOf(row: ResultRow, name: string): number {
  const value = valueOf(row, name)
  if (typeof value !== 'number') throw new TypeError(`column ${name} is no number`)
  return value
}

/** Undefined where the column says NULL: unknown is never 0. */
export function optionalNumberOf(row: ResultRow, name: string): number | undefined {
  return valueOf(row, name) === undefined ? undefined : numberOf(row, name)
}

export function flagOf(row: ResultRow, name: string): boolean {
  return numberOf(row, name) === 1
}

/** A list, or a map as key, value, key, value ... */
export function textsOf(row: ResultRow, name: string): readonly string[] {
  const value = valueOf(row, name)
  if (typeof value !== 'object') throw new TypeError(`column ${name} is no list`)
  return value
}

/** Milliseconds of a column in microseconds. */
export function millisecondsOf(row: ResultRow, name: string): number {
  return numberOf(row, name) / 1000
}

function valueOf({ columns, index }: ResultRow, name: string): string | number | readonly string[] | undefined {
  const column = columns.get(name)
  if (column === undefined) throw new TypeError(`the result has no column ${name}`)
  return column[index]
}
