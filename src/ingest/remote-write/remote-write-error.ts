/** A request that cannot be read at all. The sender must not send it again as it is: `malformed` is HTTP 400, `too_large` 413. */
export class RemoteWriteError extends Error {
  readonly reason: 'malformed' | 'too_large'
  constructor(reason: 'malformed' | 'too_large', message: string) {
    super(message)
    this.name = 'RemoteWriteError'
    this.reason = reason
  }
}
