/** An expression cannot be read. `column` is 1-based. */
export class ExpressionError extends Error {
  constructor(column: number, reason: string) {
    super(`at column ${column}: ${reason}`)
    this.name = 'ExpressionError'
  }
}
