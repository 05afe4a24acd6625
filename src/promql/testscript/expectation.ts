import { RE2JS } from 're2js'
import type { Expectation } from './script.ts'

/** Expects one message word for word. */
export function exactly(text: string): Expectation {
  return { text: JSON.stringify(text), matches: (message) => message === text }
}

/** Expects a message of which a part matches the regular expression (RE2). Throws when it is not one. */
export function matching(pattern: string): Expectation {
  const regex = RE2JS.compile(pattern)
  return { text: `/${pattern}/`, matches: (message) => regex.matcher(message).find() }
}

/** Expects any message. */
export const ANY_MESSAGE: Expectation = { text: 'any', matches: () => true }
