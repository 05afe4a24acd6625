import type { Position } from './parser/ast.ts'

/** The query text is not PromQL. `message` is Prometheus's, with `line:column: parse error: ` in front. */
export class ParseError extends Error {
  readonly position: Position
  constructor(message: string, position: Position) {
    super(message)
    this.name = 'ParseError'
    this.position = position
  }
}

/** The query is valid but cannot be computed on this data (many-to-many matching, a limit ...). HTTP 422 `execution`. */
export class ExecutionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ExecutionError'
  }
}

/** The query took longer than its timeout. HTTP 503 `timeout`. */
export class QueryTimeoutError extends Error {
  constructor(where: string) {
    super(`query timed out in ${where}`)
    this.name = 'QueryTimeoutError'
  }
}

/** The client went away or the server stops. HTTP 499 `canceled`. */
export class QueryCanceledError extends Error {
  constructor(where: string) {
    super(`query was canceled in ${where}`)
    this.name = 'QueryCanceledError'
  }
}
