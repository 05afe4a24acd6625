import { RE2JS } from 're2js'
import type { EvaluationInput } from '../evaluator.ts'
import { isOperator, type Token, tokensOf } from './expression-tokens.ts'
import { ExpressionError } from './expression-error.ts'

type Type = 'text' | 'number' | 'boolean'
type Value = string | number | boolean
type Run = (input: EvaluationInput) => Value

interface Compiled {
  readonly type: Type
  readonly run: Run
}

/** A field that the request does not say: whatever needs it has no result. */
const UNKNOWN = Symbol('unknown')
const MAX_DEPTH = 100

const textFact = (
  name:
    | 'provider'
    | 'service'
    | 'userId'
    | 'sessionId'
    | 'feature'
    | 'promptName'
    | 'promptVersion'
    | 'finishReason'
    | 'errorType',
): Compiled => ({
  type: 'text',
  run: ({ facts }) => facts?.[name] ?? '',
})

const numberFact = (name: 'inputTokens' | 'outputTokens' | 'latencyMs' | 'ttftMs'): Compiled => ({
  type: 'number',
  run: ({ facts }) => {
    const value = facts?.[name]
    // The one thing that is thrown on purpose: it leaves every operator around it.
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
    if (value === undefined) throw UNKNOWN
    return value
  },
})

/** What an expression can be about. */
const FIELDS: Readonly<Record<string, Compiled>> = {
  prompt: { type: 'text', run: ({ prompt }) => prompt },
  response: { type: 'text', run: ({ response }) => response },
  context: { type: 'text', run: ({ context }) => context.join('\n\n') },
  system: { type: 'text', run: ({ system }) => system },
  model: { type: 'text', run: ({ model }) => model },
  provider: textFact('provider'),
  service: textFact('service'),
  user_id: textFact('userId'),
  session_id: textFact('sessionId'),
  feature: textFact('feature'),
  prompt_name: textFact('promptName'),
  prompt_version: textFact('promptVersion'),
  finish_reason: textFact('finishReason'),
  error_type: textFact('errorType'),
  input_tokens: numberFact('inputTokens'),
  output_tokens: numberFact('outputTokens'),
  latency_ms: numberFact('latencyMs'),
  ttft_ms: numberFact('ttftMs'),
}

interface Function {
  readonly takes: readonly Type[]
  readonly gives: Type
  readonly apply: (...values: Value[]) => Value
}

const FUNCTIONS: Readonly<Record<string, Function>> = {
  len: { takes: ['text'], gives: 'number', apply: (text) => Array.from(String(text)).length },
  words: { takes: ['text'], gives: 'number', apply: (text) => String(text).split(/\s+/).filter(Boolean).length },
  lower: { takes: ['text'], gives: 'text', apply: (text) => String(text).toLowerCase() },
  upper: { takes: ['text'], gives: 'text', apply: (text) => String(text).toUpperCase() },
  trim: { takes: ['text'], gives: 'text', apply: (text) => String(text).trim() },
  contains: { takes: ['text', 'text'], gives: 'boolean', apply: (text, part) => String(text).includes(String(part)) },
  starts_with: {
    takes: ['text', 'text'],
    gives: 'boolean',
    apply: (text, part) => String(text).startsWith(String(part)),
  },
  ends_with: { takes: ['text', 'text'], gives: 'boolean', apply: (text, part) => String(text).endsWith(String(part)) },
}

/** How tightly operators bind; `not` stands between `and` and the comparisons. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
}
const NOT_BINDING = 3
const MINUS_BINDING = 7

/** A condition or a figure over the fields of a request. */
export interface Expression {
  readonly type: 'boolean' | 'number'
  /** Undefined when it needs a field that the request does not say. */
  evaluate(input: EvaluationInput): boolean | number | undefined
}

/**
 * Reads an expression such as `len(response) > 2000 and not contains(lower(prompt), "essay")`. All is checked beforehand: it has no loops, no
 * assignment and no access to anything but the fields. Throws `ExpressionError`.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokensOf(text))
  const { type, run } = parser.parse()
  if (type === 'text') throw new ExpressionError(1, 'the whole is a text, a condition or a number is needed')
  return {
    type,
    evaluate: (input) => {
      try {
        const value = run(input)
        return typeof value === 'string' ? undefined : value
      } catch (error) {
        if (error === UNKNOWN) return undefined
        throw error
      }
    },
  }
}

/** A Pratt parser that compiles to closures as it reads. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Compiled {
    const whole = this.#expression(0)
    const rest = this.#peek()
    if (rest.kind !== 'end')
      throw new ExpressionError(rest.column, `expected an operator or the end, found ${rest.text}`)
    return whole
  }

  #expression(minimum: number): Compiled {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(this.#peek().column, 'nested too deep')
    let left = this.#prefix()
    for (;;) {
      const operator = this.#peek()
      const binding = isOperator(operator) ? BINDING[operator.text] : undefined
      if (binding === undefined || binding <= minimum) break
      this.#at++
      left = binary(operator, left, this.#expression(binding))
    }
    this.#depth--
    return left
  }

  #prefix(): Compiled {
    const token = this.#next()
    switch (token.kind) {
      case 'number':
        return constant('number', Number(token.text))
      case 'text':
        return constant('text', token.value)
      case 'name':
        return this.#peek().text === '(' ? this.#call(token) : fieldOf(token)
      case 'operator':
        return this.#operatorPrefix(token)
      case 'end':
        throw new ExpressionError(token.column, 'expected a field, a number, a text or (, found the end')
    }
  }

  #operatorPrefix(token: Token): Compiled {
    if (token.text === 'not') {
      const { run } = needs('boolean', this.#expression(NOT_BINDING), token)
      return { type: 'boolean', run: (input) => run(input) !== true }
    }
    if (token.text === '-') {
      const { run } = needs('number', this.#expression(MINUS_BINDING), token)
      return { type: 'number', run: (input) => -Number(run(input)) }
    }
    if (token.text !== '(')
      throw new ExpressionError(token.column, `expected a field, a number, a text or (, found ${token.text}`)
    const inner = this.#expression(0)
    this.#expect(')')
    return inner
  }

  #call(name: Token): Compiled {
    this.#expect('(')
    if (name.text === 'matches') return this.#matches()
    const known = Object.hasOwn(FUNCTIONS, name.text) ? FUNCTIONS[name.text] : undefined
    if (known === undefined) {
      const allowed = [...Object.keys(FUNCTIONS), 'matches'].join(', ')
      throw new ExpressionError(name.column, `unknown function ${name.text} (allowed: ${allowed})`)
    }
    const runs = known.takes.map((type, i) => {
      if (i > 0) this.#expect(',')
      const at = this.#peek()
      return needs(type, this.#expression(0), at).run
    })
    this.#expect(')')
    return { type: known.gives, run: (input) => known.apply(...runs.map((run) => run(input))) }
  }

  /** `matches(text, "pattern")`: RE2, anywhere in the text. The pattern is written out, so that it is compiled once and checked now. */
  #matches(): Compiled {
    const at = this.#peek()
    const { run } = needs('text', this.#expression(0), at)
    this.#expect(',')
    const pattern = this.#next()
    if (pattern.kind !== 'text')
      throw new ExpressionError(pattern.column, `expected a pattern in quotes, found ${pattern.text}`)
    this.#expect(')')
    try {
      const compiled = RE2JS.compile(pattern.value)
      return { type: 'boolean', run: (input) => compiled.matcher(String(run(input))).find() }
    } catch (error) {
      throw new ExpressionError(pattern.column, error instanceof Error ? error.message : String(error))
    }
  }

  #expect(text: string): void {
    const token = this.#next()
    if (token.kind !== 'operator' || token.text !== text)
      throw new ExpressionError(token.column, `expected ${text}, found ${token.text}`)
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }
}

function binary(operator: Token, left: Compiled, right: Compiled): Compiled {
  const [a, b] = [left.run, right.run]
  switch (operator.text) {
    case 'and':
      return condition(operator, [left, right], (input) => a(input) === true && b(input) === true)
    case 'or':
      return condition(operator, [left, right], (input) => a(input) === true || b(input) === true)
    case '==':
      return equality(operator, left, right, (input) => a(input) === b(input))
    case '!=':
      return equality(operator, left, right, (input) => a(input) !== b(input))
    default:
      return figures(operator, left, right)
  }
}

function condition(operator: Token, operands: readonly Compiled[], run: Run): Compiled {
  for (const operand of operands) needs('boolean', operand, operator)
  return { type: 'boolean', run }
}

function equality(operator: Token, left: Compiled, right: Compiled, run: Run): Compiled {
  needs(left.type, right, operator)
  return { type: 'boolean', run }
}

function figures(operator: Token, left: Compiled, right: Compiled): Compiled {
  needs('number', left, operator)
  needs('number', right, operator)
  const on = (type: Type, apply: (a: number, b: number) => Value): Compiled => ({
    type,
    run: (input) => apply(Number(left.run(input)), Number(right.run(input))),
  })
  switch (operator.text) {
    case '<':
      return on('boolean', (a, b) => a < b)
    case '<=':
      return on('boolean', (a, b) => a <= b)
    case '>':
      return on('boolean', (a, b) => a > b)
    case '>=':
      return on('boolean', (a, b) => a >= b)
    case '+':
      return on('number', (a, b) => a + b)
    case '-':
      return on('number', (a, b) => a - b)
    case '*':
      return on('number', (a, b) => a * b)
    case '/':
      return on('number', (a, b) => a / b)
    default:
      return on('number', (a, b) => a % b)
  }
}

function needs(type: Type, operand: Compiled, { column, text }: Token): Compiled {
  if (operand.type === type) return operand
  throw new ExpressionError(column, `${text}: expected a ${type}, found a ${operand.type}`)
}

function fieldOf({ text, column }: Token): Compiled {
  if (text === 'true' || text === 'false') return constant('boolean', text === 'true')
  const field = Object.hasOwn(FIELDS, text) ? FIELDS[text] : undefined
  if (field !== undefined) return field
  throw new ExpressionError(column, `unknown field ${text} (allowed: ${Object.keys(FIELDS).join(', ')})`)
}

function constant(type: Type, value: Value): Compiled {
  return { type, run: () => value }
}
