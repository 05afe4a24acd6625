/** A piece of SQL that is complete and safe to send; values get into it only through `sql`. */
export class Sql {
  readonly text: string

  /** For text that is written in the program and never comes from outside. */
  constructor(text: string) {
    this.text = text
  }
}

export type SqlValue = Sql | string | number | bigint | boolean | ReadonlyArray<string | bigint>

/**
 * SQL with its values as literals. Not the engine's own parameters, because chDB runs queries with parameters one at a time
 * in the whole process, and over HTTP they travel in the URL, whose length is limited.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  return new Sql(strings.reduce((text, part, i) => `${text}${literal(values[i - 1] ?? '')}${part}`))
}

/** All conditions must hold; without any, everything passes. */
export function and(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? new Sql('1') : new Sql(conditions.map(({ text }) => `(${text})`).join(' AND '))
}

/** At least one condition must hold; without any, nothing passes. */
export function or(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? new Sql('0') : new Sql(conditions.map(({ text }) => `(${text})`).join(' OR '))
}

/** The pieces with commas between. */
export function list(pieces: readonly Sql[]): Sql {
  return new Sql(pieces.map(({ text }) => text).join(', '))
}

function literal(value: SqlValue): string {
  if (value instanceof Sql) return value.text
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return finite(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      // `IN ()` is a syntax error; NULL equals nothing, which is what an empty list means.
      return value.length === 0 ? '(NULL)' : `(${value.map(literal).join(',')})`
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
}

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`a number in SQL must be finite: got ${value}`)
  return String(value)
}
