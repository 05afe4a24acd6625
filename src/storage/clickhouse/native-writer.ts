import { ByteWriter } from './byte-writer.ts'

/**
 * ClickHouse's Native format: blocks of columns, each column its name, its type and its values one after the other.
 * Of all formats it is the cheapest to write and to parse, it keeps the bits of floats, and it is the same for embedded and remote.
 * The types here are those on the wire; the engine converts them to the types of the table (String to LowCardinality(String) ...).
 */
export interface Column<Row> {
  readonly name: string
  readonly type: string
  readonly write: (out: ByteWriter, rows: readonly Row[]) => void
}

/** Encoding never waits, so one writer serves all; growing a new one for each block costs more in garbage than the encoding itself. */
const scratch = new ByteWriter()

/** Rows in one block of bytes; several blocks one after the other are again a valid insert. */
export function encodeBlock<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer {
  const out = scratch
  // An encoding that threw has left something behind.
  out.clear()
  out.varint(columns.length)
  out.varint(rows.length)
  for (const { name, type, write } of columns) {
    out.text(name)
    out.text(type)
    write(out, rows)
  }
  return out.take()
}

export function text<Row>(name: string, of: (row: Row) => string): Column<Row> {
  return column(name, 'String', (out, row) => out.text(of(row)))
}

export function flag<Row>(name: string, of: (row: Row) => boolean): Column<Row> {
  return column(name, 'UInt8', (out, row) => out.uint8(of(row) ? 1 : 0))
}

export function float<Row>(name: string, of: (row: Row) => number): Column<Row> {
  return column(name, 'Float64', (out, row) => out.float64(of(row)))
}

/** Milliseconds since 1970, kept to the millisecond. */
export function milliseconds<Row>(name: string, of: (row: Row) => number): Column<Row> {
  return column(name, "DateTime64(3, 'UTC')", (out, row) => out.int64(Math.round(of(row))))
}

/** Milliseconds since 1970, kept to the microsecond. */
export function microseconds<Row>(name: string, of: (row: Row) => number): Column<Row> {
  return column(name, "DateTime64(6, 'UTC')", (out, row) => out.int64(Math.round(of(row) * 1000)))
}

export function optionalText<Row>(name: string, of: (row: Row) => string | undefined): Column<Row> {
  return optional(name, 'String', of, (out, value) => out.text(value ?? ''))
}

export function optionalFloat<Row>(name: string, of: (row: Row) => number | undefined): Column<Row> {
  return optional(name, 'Float64', of, (out, value) => out.float64(value ?? 0))
}

export function optionalInteger<Row>(name: string, of: (row: Row) => number | undefined): Column<Row> {
  return optional(name, 'Int64', of, (out, value) => out.int64(Math.round(value ?? 0)))
}

export function texts<Row>(name: string, of: (row: Row) => readonly string[]): Column<Row> {
  return {
    name,
    type: 'Array(String)',
    write(out, rows) {
      const lists = rows.map(of)
      writeEnds(
        out,
        lists.map(({ length }) => length),
      )
      for (const list of lists) for (const value of list) out.text(value)
    },
  }
}

/** A map given as key, value, key, value ... */
export function pairs<Row>(name: string, of: (row: Row) => readonly string[]): Column<Row> {
  return {
    name,
    type: 'Map(String, String)',
    write(out, rows) {
      const lists = rows.map(of)
      writeEnds(
        out,
        lists.map(({ length }) => length / 2),
      )
      for (const list of lists) for (let i = 0; i < list.length; i += 2) out.text(list[i] ?? '')
      for (const list of lists) for (let i = 1; i < list.length; i += 2) out.text(list[i] ?? '')
    },
  }
}

/** A column of any type whose values are written one by one. */
export function column<Row>(name: string, type: string, writeOne: (out: ByteWriter, row: Row) => void): Column<Row> {
  return {
    name,
    type,
    write(out, rows) {
      for (const row of rows) writeOne(out, row)
    },
  }
}

/** A column of marks that say which values are missing, then the values with something in the places of those. */
function optional<Row, T>(
  name: string,
  type: string,
  of: (row: Row) => T | undefined,
  writeOne: (out: ByteWriter, value: T | undefined) => void,
): Column<Row> {
  return {
    name,
    type: `Nullable(${type})`,
    write(out, rows) {
      const values = rows.map(of)
      for (const value of values) out.uint8(value === undefined ? 1 : 0)
      for (const value of values) writeOne(out, value)
    },
  }
}

/** Lists are stored as where each ends among all their values, then all values. */
function writeEnds(out: ByteWriter, lengths: readonly number[]): void {
  let end = 0
  for (const length of lengths) {
    end += length
    out.int64(end)
  }
}
