import type { QueryResult } from '../value.ts'
import type { Mismatch } from './comparison.ts'
import type { AnnotationExpectation, EvalCommand } from './script.ts'

/** Compares the warnings and infos of a result with what an `eval` expects; undefined when they agree. */
export function checkAnnotations(evaluation: EvalCommand, result: QueryResult): Mismatch | undefined {
  return (
    checkMessages('warning', evaluation.warnings, result.warnings) ??
    checkMessages('info', evaluation.infos, result.infos)
  )
}

/** Where some are expected, each expectation must meet a message and each message an expectation. */
function checkMessages(
  kind: 'warning' | 'info',
  expectation: AnnotationExpectation,
  messages: readonly string[],
): Mismatch | undefined {
  const found = messages.length === 0 ? `no ${kind}` : messages.join('; ')
  switch (expectation.kind) {
    case 'any':
      return undefined
    case 'none':
      return messages.length === 0 ? undefined : { expected: `no ${kind}`, got: found }
    case 'some': {
      const expectations = expectation.messages
      const unmet = expectations.find((wanted) => !messages.some((message) => wanted.matches(message)))
      if (unmet !== undefined) return { expected: `the ${kind} ${unmet.text}`, got: found }
      const stray = messages.find((message) => !expectations.some((wanted) => wanted.matches(message)))
      return stray === undefined ? undefined : { expected: `no other ${kind}`, got: stray }
    }
  }
}
