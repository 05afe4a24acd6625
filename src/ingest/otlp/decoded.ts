/** How a body is written. */
export type OtlpEncoding = 'protobuf' | 'json'

/** Reasons beyond this many are only counted, so that an answer stays small. */
const MAX_REASONS = 5

/** Counts what a partly bad batch loses and keeps the first reasons, for `partialSuccess`. */
export class Rejections {
  #count = 0
  readonly #reasons: string[] = []

  get count(): number {
    return this.#count
  }

  add(reason: string, count = 1): void {
    this.#count += count
    if (this.#reasons.length < MAX_REASONS) this.#reasons.push(reason)
  }

  /** '' when nothing was rejected. */
  get message(): string {
    const more = this.#count - this.#reasons.length
    return this.#reasons.join('; ') + (more > 0 ? `; and ${more} more` : '')
  }
}
