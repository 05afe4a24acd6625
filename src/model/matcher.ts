import { AnchoredRegex } from '../util/anchored-regex.ts'

export type MatchType = '=' | '!=' | '=~' | '!~'

/** One label matcher of a selector, a route or a silence. An absent label matches as the empty string. */
export class Matcher {
  readonly name: string
  readonly type: MatchType
  readonly value: string
  readonly #regex: AnchoredRegex | undefined

  /** Throws `RegexSyntaxError` when the type is a regex and the value is not valid RE2. */
  constructor(name: string, type: MatchType, value: string) {
    this.name = name
    this.type = type
    this.value = value
    this.#regex = type === '=~' || type === '!~' ? AnchoredRegex.compile(value) : undefined
  }

  /** The compiled expression of a regex matcher, so that an index can use its literals and prefixes. */
  get regex(): AnchoredRegex | undefined {
    return this.#regex
  }

  matches(value: string): boolean {
    switch (this.type) {
      case '=':
        return value === this.value
      case '!=':
        return value !== this.value
      case '=~':
        return this.#regex?.test(value) ?? false
      case '!~':
        return !(this.#regex?.test(value) ?? false)
    }
  }

  /** As in PromQL: `job=~"a|b"`. */
  toString(): string {
    return `${this.name}${this.type}${JSON.stringify(this.value)}`
  }
}
