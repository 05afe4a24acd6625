/** A body that is not OTLP. `where` is a byte offset (protobuf) or a JSON path. Nothing of such a body was taken. */
export class OtlpDecodeError extends Error {
  readonly where: string

  constructor(where: string, reason: string, options?: ErrorOptions) {
    super(`${where}: ${reason}`, options)
    this.name = 'OtlpDecodeError'
    this.where = where
  }
}
