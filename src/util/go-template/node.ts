/** A place in a template: UTF-16 index into the text that was parsed. */
interface Placed {
  readonly start: number
}

export interface TextNode extends Placed {
  readonly kind: 'text'
  readonly text: string
}

export interface ActionNode extends Placed {
  readonly kind: 'action'
  readonly pipe: PipeNode
}

export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly body: ListNode
  readonly otherwise: ListNode | undefined
}

export interface TemplateNode extends Placed {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}

export interface JumpNode extends Placed {
  readonly kind: 'break' | 'continue'
}

/** What a list is made of: things that are done in turn. */
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode

export type ListNode = readonly Statement[]

/** `$a, $b := command | command`; `assigns` is true for `=` and false for `:=`. */
export interface PipeNode extends Placed {
  readonly kind: 'pipe'
  readonly variables: readonly VariableNode[]
  readonly assigns: boolean
  readonly commands: readonly CommandNode[]
}

export interface CommandNode extends Placed {
  readonly kind: 'command'
  readonly operands: readonly [Operand, ...Operand[]]
}

export interface VariableNode extends Placed {
  readonly kind: 'variable'
  /** `$x`, then the fields that follow. */
  readonly name: string
  readonly fields: readonly string[]
}

export interface FieldNode extends Placed {
  readonly kind: 'field'
  readonly fields: readonly string[]
}

/** Fields of a parenthesised pipeline or of a function without arguments. */
export interface ChainNode extends Placed {
  readonly kind: 'chain'
  readonly base: Operand
  readonly fields: readonly string[]
}

export interface IdentifierNode extends Placed {
  readonly kind: 'identifier'
  readonly name: string
}

export interface StringNode extends Placed {
  readonly kind: 'string'
  readonly quoted: string
  readonly value: string
}

/** A bigint is Go's int, a number Go's float64. */
export interface NumberNode extends Placed {
  readonly kind: 'number'
  readonly text: string
  readonly value: bigint | number
}

export interface BoolNode extends Placed {
  readonly kind: 'bool'
  readonly value: boolean
}

export interface DotNode extends Placed {
  readonly kind: 'dot'
}

export interface NilNode extends Placed {
  readonly kind: 'nil'
}

export type Operand =
  | PipeNode
  | VariableNode
  | FieldNode
  | ChainNode
  | IdentifierNode
  | StringNode
  | NumberNode
  | BoolNode
  | DotNode
  | NilNode

export type Node = Statement | CommandNode | Operand

/** One `{{define}}` or a whole text. `sourceName` and `source` are those of the text it was written in; errors name them. */
export interface ParsedTemplate {
  readonly name: string
  readonly sourceName: string
  readonly source: string
  readonly body: ListNode
}

/** A node as Go prints it in errors, between `<` and `>`. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case 'text':
      return JSON.stringify(node.text)
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'if':
    case 'with':
    case 'range':
      return `{{${node.kind} ${nodeText(node.pipe)}}}`
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`}}}`
    case 'pipe':
      return pipeText(node)
    case 'command':
      return node.operands.map((operand) => operandText(operand)).join(' ')
    default:
      return leafText(node)
  }
}

function pipeText(pipe: PipeNode): string {
  const variables = pipe.variables.map((variable) => leafText(variable)).join(', ')
  const declared = variables === '' ? '' : `${variables} ${pipe.assigns ? '=' : ':='} `
  return declared + pipe.commands.map((command) => nodeText(command)).join(' | ')
}

function operandText(operand: Operand): string {
  return operand.kind === 'pipe' ? `(${pipeText(operand)})` : leafText(operand)
}

function leafText(node: Exclude<Operand, PipeNode>): string {
  switch (node.kind) {
    case 'variable':
      return [node.name, ...node.fields].join('.')
    case 'field':
      return node.fields.map((field) => `.${field}`).join('')
    case 'chain':
      return operandText(node.base) + node.fields.map((field) => `.${field}`).join('')
    case 'identifier':
      return node.name
    case 'string':
      return node.quoted
    case 'number':
      return node.text
    case 'bool':
      return String(node.value)
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
  }
}
