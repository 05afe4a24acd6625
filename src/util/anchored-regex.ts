import { RE2JS } from 're2js'
import { Lru } from './lru.ts'

/** A pattern that RE2 does not accept; `message` is in the words of Go's regexp/syntax. */
export class RegexSyntaxError extends Error {
  readonly pattern: string
  constructor(pattern: string, reason: string) {
    super(`error parsing regexp: ${reason}`)
    this.name = 'RegexSyntaxError'
    this.pattern = pattern
  }
}

/** Results remembered per expression; label values repeat far more often than they are new. */
const REMEMBERED_RESULTS = 10_000

const compiled = new Lru<string, AnchoredRegex>(1_000)

/**
 * A regular expression in RE2 syntax that must match the whole text and in which `.` matches a newline, as in Prometheus 3.
 * JavaScript's own RegExp cannot stand in: it lacks `(?i:..)` and `\pL`, and `(a+)+$` blocks it for seconds.
 */
export class AnchoredRegex {
  readonly pattern: string
  /** The full set of matching texts, when the pattern is plain text or an alternation of plain texts. */
  readonly literals: ReadonlySet<string> | undefined
  /** A text that every match begins with ('' when none is known). */
  readonly prefix: string
  readonly #matchesEverything: boolean
  readonly #needsText: boolean
  readonly #prefixOnly: boolean
  readonly #re2: RE2JS
  readonly #results = new Lru<string, boolean>(REMEMBERED_RESULTS)

  private constructor(pattern: string) {
    this.pattern = pattern
    this.#re2 = parse(pattern)
    this.literals = literalAlternatives(pattern)
    this.prefix = literalPrefix(pattern)
    this.#matchesEverything = pattern === '.*'
    this.#needsText = pattern === '.+'
    this.#prefixOnly = this.prefix !== '' && pattern === `${this.prefix}.*`
  }

  /** Compiles, or gives the expression compiled before. Throws `RegexSyntaxError`. */
  static compile(pattern: string): AnchoredRegex {
    const known = compiled.get(pattern)
    if (known !== undefined) return known
    const regex = new AnchoredRegex(pattern)
    compiled.set(pattern, regex)
    return regex
  }

  test(text: string): boolean {
    if (this.#matchesEverything) return true
    if (this.#needsText) return text !== ''
    if (this.literals !== undefined) return this.literals.has(text)
    if (this.prefix !== '' && !text.startsWith(this.prefix)) return false
    if (this.#prefixOnly) return true
    const known = this.#results.get(text)
    if (known !== undefined) return known
    const result = this.#re2.matches(text)
    this.#results.set(text, result)
    return result
  }

  /** The groups of a match of the whole text, group 0 first ('' for a group that took no part), or undefined. */
  groups(text: string): string[] | undefined {
    const matcher = this.#re2.matcher(text)
    if (!matcher.matches()) return undefined
    return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? '')
  }

  /** Group numbers by name. */
  get groupNames(): Readonly<Record<string, number>> {
    return this.#re2.namedGroups()
  }
}

function parse(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL)
  } catch (error) {
    throw new RegexSyntaxError(
      pattern,
      // The library writes the flag for `.` into the pattern that its messages quote.
      error instanceof Error
        ? error.message.replace(/^error parsing regexp: /, '').replace('`(?s)', '`')
        : String(error),
    )
  }
}

const META = /[\\.+*?()|[\]{}^$]/

function literalAlternatives(pattern: string): ReadonlySet<string> | undefined {
  const inner = /^\(([^()]*)\)$/.exec(pattern)?.[1] ?? pattern
  const alternatives = inner.split('|')
  return alternatives.some((alternative) => META.test(alternative)) ? undefined : new Set(alternatives)
}

function literalPrefix(pattern: string): string {
  if (pattern.includes('|')) return ''
  const end = pattern.search(META)
  if (end <= 0) return end === 0 ? '' : pattern
  // The last plain character belongs to a following `*`, `?` or `{`, and may then be absent.
  return /[*?{]/.test(pattern[end] ?? '') ? pattern.slice(0, end - 1) : pattern.slice(0, end)
}
