import { readFile } from 'node:fs/promises'

/** The values of a row by column; what is missing is not there. */
export type Row = ReadonlyMap<string, number | string>

/** A file cannot be read as a table: says file, line, what was found and what is expected. */
export class TableFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TableFileError'
  }
}

/**
 * Reads JSON lines (nested objects become columns `a.b`, a line that is only a number or a text is the column `value`) or CSV with a header (RFC 4180;
 * empty cells are missing). A file is JSON lines by its name or when it begins with `{`. Of arrays nothing is taken. Throws `TableFileError`.
 */
export async function readTable(file: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new TableFileError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  })
  const content = text.replace(/^\ufeff/, '')
  const isJson = /\.(jsonl|ndjson|json)$/.test(file) || content.trimStart().startsWith('{')
  return isJson ? jsonRows(file, content) : csvRows(file, content)
}

/** All columns in order of first appearance. */
export function columnsOf(rows: readonly Row[]): Set<string> {
  const columns = new Set<string>()
  for (const row of rows) for (const column of row.keys()) columns.add(column)
  return columns
}

function jsonRows(file: string, text: string): Row[] {
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [jsonRow(line, `${file}:${i + 1}`)]))
}

function jsonRow(line: string, at: string): Row {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new TableFileError(`${at}: not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value === 'number' || typeof value === 'string') return new Map([['value', value]])
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TableFileError(`${at}: found ${JSON.stringify(value)}, expected an object, a number or a text`)
  const row = new Map<string, number | string>()
  takeFields(row, '', value)
  return row
}

function takeFields(row: Map<string, number | string>, prefix: string, object: object): void {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    if (typeof value === 'number' || typeof value === 'string') row.set(prefix + key, value)
    else if (typeof value === 'boolean') row.set(prefix + key, String(value))
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      takeFields(row, `${prefix}${key}.`, value)
  }
}

function csvRows(file: string, text: string): Row[] {
  const [header, ...records] = csvRecords(file, text)
  if (header === undefined) throw new TableFileError(`${file}: found nothing, expected JSON lines or CSV with a header`)
  return records.map((cells, i) => {
    if (cells.length > header.length)
      throw new TableFileError(`${file}: record ${i + 2}: found ${cells.length} cells, expected ${header.length}`)
    return new Map(cells.flatMap((cell, j) => (cell === '' ? [] : [[header[j] ?? '', cellValue(cell)] as const])))
  })
}

/** Numbers in the usual notations; `0x1f`, ` ` and `Infinity` are no numbers. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

function cellValue(cell: string): number | string {
  return NUMBER.test(cell) ? Number(cell) : cell
}

/** A cell with the separator after it: quoted (quotes doubled) or plain. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

function csvRecords(file: string, text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  CELL.lastIndex = 0
  while (CELL.lastIndex < text.length) {
    const at = CELL.lastIndex
    const [, quoted, plain = '', separator] = CELL.exec(text) ?? []
    if (separator === undefined) {
      const line = text.slice(0, at).split('\n').length
      throw new TableFileError(`${file}:${line}: found a quote inside a cell, expected it doubled in a quoted cell`)
    }
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (separator === ',') continue
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  return records
}
