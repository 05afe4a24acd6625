import { Cues } from './cues.ts'

/**
 * An expression with its cues (see `Cues`), at least one of which stands in all that it matches. Trying the expression at
 * each place costs a hundred times what asking for its cues does, and most texts have none of them.
 */
export class CuedPattern {
  readonly pattern: RegExp
  readonly #cues: Cues

  constructor(cues: readonly string[], pattern: RegExp) {
    this.pattern = pattern
    this.#cues = new Cues(cues)
  }

  /** False when the expression matches nowhere in the text; true means that it may. */
  mayMatch(text: string): boolean {
    return this.#cues.areIn(text)
  }

  /** Whether the expression, which must not be global, matches a text, or a part of it. */
  test(text: string, part = text): boolean {
    return this.mayMatch(text) && this.pattern.test(part)
  }
}
