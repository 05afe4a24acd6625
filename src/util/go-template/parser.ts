import { TemplateError } from './errors.ts'
import { isKeyword, type Token, type TokenKind, tokenize } from './lexer.ts'
import {
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type ListNode,
  nodeText,
  type Operand,
  type ParsedTemplate,
  type PipeNode,
  type Statement,
  type TemplateNode,
  type VariableNode,
} from './node.ts'
import { readNumber } from './number-literal.ts'
import { unquote } from './unquote.ts'

const OPERAND_STARTS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'char-constant',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-paren',
])

/** What ended a list: `{{end}}` or `{{else}}`. */
type ListEnd = '{{end}}' | '{{else}}'

/**
 * Parses a text into its templates: the text itself under `name`, and each `{{define}}` and `{{block}}` in it.
 * Throws `TemplateError` (`template: name:line: what`) as Go does, also for a function that `hasFunction` does not know.
 */
export function parseTemplate(
  name: string,
  text: string,
  hasFunction: (name: string) => boolean,
): readonly ParsedTemplate[] {
  return new Parser(name, text, hasFunction).parse()
}

class Parser {
  readonly #name: string
  readonly #text: string
  readonly #hasFunction: (name: string) => boolean
  readonly #tokens: readonly Token[]
  readonly #templates: ParsedTemplate[] = []
  #index = 0
  #variables: string[] = ['$']
  #rangeDepth = 0
  #actionLine = 0

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.#name = name
    this.#text = text
    this.#hasFunction = hasFunction
    this.#tokens = tokenize(text)
  }

  parse(): readonly ParsedTemplate[] {
    const body: Statement[] = []
    while (this.#peek().kind !== 'eof') {
      if (this.#startsDefinition()) {
        this.#definition()
        continue
      }
      const statement = this.#textOrAction()
      if (typeof statement === 'string') this.#fail(`unexpected ${statement}`)
      body.push(statement)
    }
    return [this.#template(this.#name, body), ...this.#templates]
  }

  // TOKENS

  #peek(): Token {
    const token = this.#tokens[Math.min(this.#index, this.#tokens.length - 1)]
    if (token === undefined) throw new Error('the lexer always ends with a token')
    return token
  }

  #next(): Token {
    const token = this.#peek()
    this.#index++
    return token
  }

  #peekNonSpace(): Token {
    while (this.#peek().kind === 'space') this.#index++
    return this.#peek()
  }

  #nextNonSpace(): Token {
    this.#peekNonSpace()
    return this.#next()
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace()
    return token.kind === kind ? token : this.#unexpected(token, context)
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.#fail(`unexpected ${tokenText(token)} in ${context}`, token.line)
    let extra = ''
    if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
      const where = ` started at ${this.#name}:${this.#actionLine}`
      extra = token.text.endsWith(' action') ? where : ` in action${where}`
    }
    this.#fail(`${token.text}${extra}`, token.line)
  }

  #fail(message: string, line = this.#tokens[Math.max(0, this.#index - 1)]?.line ?? 1): never {
    throw new TemplateError(`template: ${this.#name}:${line}: ${message}`)
  }

  // TEMPLATES

  #template(name: string, body: ListNode): ParsedTemplate {
    return { name, sourceName: this.#name, source: this.#text, body }
  }

  #startsDefinition(): boolean {
    if (this.#peek().kind !== 'left-delim') return false
    const next = this.#tokens.slice(this.#index + 1).find((token) => token.kind !== 'space')
    return next?.kind === 'define'
  }

  #definition(): void {
    this.#next()
    this.#nextNonSpace()
    const name = this.#templateName('define clause')
    this.#expect('right-delim', 'define clause')
    this.#templates.push(this.#template(name, this.#isolatedList('define clause')))
  }

  /** The list of a definition: variables and loops of the surrounding text do not reach into it. */
  #isolatedList(context: string): ListNode {
    const [variables, rangeDepth] = [this.#variables, this.#rangeDepth]
    this.#variables = ['$']
    this.#rangeDepth = 0
    const [list, end] = this.#list()
    if (end !== '{{end}}') this.#fail(`unexpected ${end} in ${context}`)
    this.#variables = variables
    this.#rangeDepth = rangeDepth
    return list
  }

  #templateName(context: string): string {
    const token = this.#nextNonSpace()
    if (token.kind !== 'string' && token.kind !== 'raw-string') this.#unexpected(token, context)
    return this.#unquote(token)
  }

  // STATEMENTS

  #list(): [ListNode, ListEnd] {
    const list: Statement[] = []
    while (this.#peekNonSpace().kind !== 'eof') {
      const statement = this.#textOrAction()
      if (typeof statement === 'string') return [list, statement]
      list.push(statement)
    }
    return this.#fail('unexpected EOF', this.#peek().line)
  }

  #textOrAction(): Statement | ListEnd {
    const token = this.#nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', text: token.text, start: token.start }
    if (token.kind !== 'left-delim') return this.#unexpected(token, 'input')
    this.#actionLine = token.line
    const statement = this.#action()
    this.#actionLine = 0
    return statement
  }

  #action(): Statement | ListEnd {
    const token = this.#nextNonSpace()
    switch (token.kind) {
      case 'block':
        return this.#block(token)
      case 'break':
      case 'continue':
        return this.#jump(token.kind, token)
      case 'else':
        return this.#else()
      case 'end':
        this.#expect('right-delim', 'end')
        return '{{end}}'
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind, token)
      case 'template':
        return this.#templateCall(token)
      default:
        this.#index--
        return { kind: 'action', start: this.#peek().start, pipe: this.#pipeline('command', 'right-delim') }
    }
  }

  #jump(kind: 'break' | 'continue', token: Token): Statement {
    const next = this.#nextNonSpace()
    if (next.kind !== 'right-delim') this.#unexpected(next, `{{${kind}}}`)
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`)
    return { kind, start: token.start }
  }

  #else(): ListEnd {
    const next = this.#peekNonSpace().kind
    // `{{else if x}}` is read as `{{else}}{{if x}}`; the branch that is waiting reads the rest.
    if (next !== 'if' && next !== 'with') this.#expect('right-delim', 'else')
    return '{{else}}'
  }

  #branch(kind: BranchNode['kind'], token: Token): BranchNode {
    const variableCount = this.#variables.length
    const pipe = this.#pipeline(kind, 'right-delim')
    if (kind === 'range') this.#rangeDepth++
    const [body, end] = this.#list()
    if (kind === 'range') this.#rangeDepth--
    const otherwise = end === '{{else}}' ? this.#otherwise(kind) : undefined
    this.#variables.length = variableCount
    return { kind, start: token.start, pipe, body, otherwise }
  }

  #otherwise(kind: BranchNode['kind']): ListNode {
    const next = this.#peek()
    if ((kind === 'if' || kind === 'with') && next.kind === kind) {
      this.#next()
      return [this.#branch(kind, next)]
    }
    const [list, end] = this.#list()
    if (end !== '{{end}}') this.#fail(`expected end; found ${end}`)
    return list
  }

  #templateCall(token: Token): TemplateNode {
    const name = this.#templateName('template clause')
    if (this.#peekNonSpace().kind === 'right-delim') {
      this.#next()
      return { kind: 'template', start: token.start, name, pipe: undefined }
    }
    return { kind: 'template', start: token.start, name, pipe: this.#pipeline('template clause', 'right-delim') }
  }

  #block(token: Token): TemplateNode {
    const name = this.#templateName('block clause')
    const pipe = this.#pipeline('block clause', 'right-delim')
    this.#templates.push(this.#template(name, this.#isolatedList('block clause')))
    return { kind: 'template', start: token.start, name, pipe }
  }

  // PIPELINES

  #pipeline(context: string, end: 'right-delim' | 'right-paren'): PipeNode {
    const start = this.#peekNonSpace().start
    const { variables, assigns } = this.#declarations(context)
    const commands: CommandNode[] = []
    for (let token = this.#nextNonSpace(); token.kind !== end; token = this.#nextNonSpace()) {
      if (!OPERAND_STARTS.has(token.kind)) this.#unexpected(token, context)
      this.#index--
      commands.push(this.#command())
    }
    this.#checkPipeline(commands, context)
    return { kind: 'pipe', start, variables, assigns, commands }
  }

  #declarations(context: string): { variables: VariableNode[]; assigns: boolean } {
    const variables: VariableNode[] = []
    for (;;) {
      const token = this.#peekNonSpace()
      if (token.kind !== 'variable') return { variables, assigns: false }
      const before = this.#index
      this.#next()
      const after = this.#nextNonSpace()
      if (after.kind === 'assign' || after.kind === 'declare') {
        variables.push(this.#declare(token))
        return { variables, assigns: after.kind === 'assign' }
      }
      if (after.kind !== 'char' || after.text !== ',') {
        this.#index = before
        return { variables, assigns: false }
      }
      variables.push(this.#declare(token))
      this.#requireRangeVariable(context, variables.length)
    }
  }

  #declare(token: Token): VariableNode {
    this.#variables.push(token.text)
    return { kind: 'variable', start: token.start, name: token.text, fields: [] }
  }

  #requireRangeVariable(context: string, count: number): void {
    if (context !== 'range' || count >= 2) this.#fail(`too many declarations in ${context}`)
    const next = this.#peekNonSpace().kind
    if (next !== 'variable' && next !== 'right-delim' && next !== 'right-paren') {
      this.#fail('range can only initialize variables')
    }
  }

  #checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.#fail(`missing value for ${context}`)
    commands.slice(1).forEach((command, i) => {
      const kind = command.operands[0].kind
      if (kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string') {
        this.#fail(`non executable command in pipeline stage ${i + 2}`)
      }
    })
  }

  #command(): CommandNode {
    const start = this.#peekNonSpace().start
    const operands: Operand[] = []
    for (;;) {
      this.#peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) operands.push(operand)
      const token = this.#next()
      if (token.kind === 'space') continue
      if (token.kind === 'right-delim' || token.kind === 'right-paren') this.#index--
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand')
      break
    }
    const [first, ...rest] = operands
    if (first === undefined) return this.#fail('empty command')
    return { kind: 'command', start, operands: [first, ...rest] }
  }

  /** A term and the fields that follow it without a space. */
  #operand(): Operand | undefined {
    const term = this.#term()
    const start = this.#peek().start
    if (term === undefined || this.#peek().kind !== 'field') return term
    const fields: string[] = []
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1))
    return this.#withFields(term, fields, start)
  }

  #withFields(term: Operand, fields: readonly string[], start: number): Operand {
    switch (term.kind) {
      case 'field':
        return { ...term, start, fields: [...term.fields, ...fields] }
      case 'variable':
        return { ...term, start, fields: [...term.fields, ...fields] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#fail(`unexpected . after term ${JSON.stringify(nodeText(term))}`)
      default:
        return { kind: 'chain', start, base: term, fields } satisfies ChainNode
    }
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace()
    const start = token.start
    switch (token.kind) {
      case 'identifier':
        if (!this.#hasFunction(token.text)) this.#fail(`function ${JSON.stringify(token.text)} not defined`)
        return { kind: 'identifier', start, name: token.text }
      case 'dot':
        return { kind: 'dot', start }
      case 'nil':
        return { kind: 'nil', start }
      case 'variable':
        return this.#variable(token)
      case 'field':
        return { kind: 'field', start, fields: [token.text.slice(1)] }
      case 'bool':
        return { kind: 'bool', start, value: token.text === 'true' }
      case 'number':
      case 'char-constant':
        return { kind: 'number', start, text: token.text, value: this.#number(token) }
      case 'left-paren':
        return this.#pipeline('parenthesized pipeline', 'right-paren')
      case 'string':
      case 'raw-string':
        return { kind: 'string', start, quoted: token.text, value: this.#unquote(token) }
      default:
        this.#index--
        return undefined
    }
  }

  #variable(token: Token): VariableNode {
    if (!this.#variables.includes(token.text)) this.#fail(`undefined variable ${JSON.stringify(token.text)}`)
    return { kind: 'variable', start: token.start, name: token.text, fields: [] }
  }

  #number(token: Token): bigint | number {
    const read = readNumber(token.text)
    return typeof read === 'string' ? this.#fail(read, token.line) : read
  }

  #unquote(token: Token): string {
    return unquote(token.text) ?? this.#fail('invalid syntax', token.line)
  }
}

/** A token as Go names it in errors. */
function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (isKeyword(token.kind)) return `<${token.text}>`
  const characters = Array.from(token.text)
  return characters.length > 10 ? `${JSON.stringify(characters.slice(0, 10).join(''))}...` : JSON.stringify(token.text)
}
