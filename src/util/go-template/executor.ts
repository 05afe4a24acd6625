import { BUILTINS, isShortCircuit } from './builtins.ts'
import { TemplateError } from './errors.ts'
import { printResult } from './format.ts'
import type { FunctionMap, Parameter, TemplateFunction } from './function.ts'
import {
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type ListNode,
  type Node,
  nodeText,
  type Operand,
  type ParsedTemplate,
  type PipeNode,
  type TemplateNode,
  type VariableNode,
} from './node.ts'
import { kindOf, mapGet, mapHas, member, sortedEntries, StringMap, truth, typeName } from './value.ts'

/** Templates calling each other deeper than this are taken for an endless recursion. */
const MAX_DEPTH = 1_000

/** Characters that one execution may write. */
const MAX_OUTPUT = 4 * 1024 * 1024

export interface ExecuteOptions {
  readonly templates: ReadonlyMap<string, ParsedTemplate>
  readonly functions: FunctionMap
  /** What a map without the key gives: nothing at all, or the zero value of its elements (Go's `missingkey=zero`). */
  readonly missingKey: 'default' | 'zero'
  /** Applied to what actions write, not to the text around them. */
  readonly escape: (text: string, value: unknown) => string
}

/** Stands for "no value was piped in", which differs from a value that is nothing. */
const NOTHING = Symbol('nothing piped in')

type Flow = 'next' | 'break' | 'continue'

interface Variable {
  readonly name: string
  value: unknown
}

/** Runs a template over `data`. Throws `TemplateError` in Go's words: `template: name:line:column: executing "name" at <node>: what`. */
export function executeTemplate(template: ParsedTemplate, data: unknown, options: ExecuteOptions): string {
  const execution = new Execution(template, data, options, { text: '' }, 0)
  execution.run()
  return execution.output.text
}

class Execution {
  readonly output: { text: string }
  readonly #template: ParsedTemplate
  readonly #data: unknown
  readonly #options: ExecuteOptions
  readonly #depth: number
  #variables: Variable[]
  /** Where we are: errors name it. */
  #node: Node | undefined

  constructor(
    template: ParsedTemplate,
    data: unknown,
    options: ExecuteOptions,
    output: { text: string },
    depth: number,
  ) {
    this.#template = template
    this.#data = data
    this.#options = options
    this.#depth = depth
    this.#variables = [{ name: '$', value: data }]
    this.output = output
  }

  run(): void {
    this.#list(this.#data, this.#template.body)
  }

  // STATEMENTS

  #list(dot: unknown, list: ListNode): Flow {
    for (const statement of list) {
      this.#node = statement
      const flow = this.#statement(dot, statement)
      if (flow !== 'next') return flow
    }
    return 'next'
  }

  #statement(dot: unknown, statement: ListNode[number]): Flow {
    switch (statement.kind) {
      case 'text':
        this.#write(statement.text)
        return 'next'
      case 'action': {
        const value = this.#pipeline(dot, statement.pipe)
        if (statement.pipe.variables.length === 0) this.#write(this.#options.escape(printResult(value), value))
        return 'next'
      }
      case 'if':
      case 'with':
        return this.#branch(dot, statement)
      case 'range':
        return this.#range(dot, statement)
      case 'template':
        this.#call(dot, statement)
        return 'next'
      case 'break':
      case 'continue':
        return statement.kind
    }
  }

  #write(text: string): void {
    this.output.text += text
    if (this.output.text.length > MAX_OUTPUT) this.#fail(`output exceeds ${MAX_OUTPUT} characters`)
  }

  #branch(dot: unknown, branch: BranchNode): Flow {
    return this.#scoped(() => {
      const value = this.#pipeline(dot, branch.pipe)
      if (truth(value)) return this.#list(branch.kind === 'with' ? value : dot, branch.body)
      return branch.otherwise === undefined ? 'next' : this.#list(dot, branch.otherwise)
    })
  }

  #range(dot: unknown, range: BranchNode): Flow {
    return this.#scoped(() => {
      const items = this.#items(this.#pipeline(dot, range.pipe))
      if (items.length === 0) return range.otherwise === undefined ? 'next' : this.#list(dot, range.otherwise)
      for (const [key, item] of items) {
        const flow = this.#scoped(() => {
          this.#setRangeVariables(range.pipe, key, item)
          return this.#list(item, range.body)
        })
        if (flow === 'break') break
      }
      return 'next'
    })
  }

  #items(value: unknown): ReadonlyArray<readonly [unknown, unknown]> {
    switch (kindOf(value)) {
      case 'invalid':
      case 'nil':
        return []
      case 'slice':
        return (value as unknown[]).map((item, i) => [BigInt(i), item] as const)
      case 'map':
        return sortedEntries(value)
      case 'int':
        return Array.from({ length: Math.max(0, Number(value)) }, (_, i) => [BigInt(i), BigInt(i)] as const)
      default:
        return this.#fail(`range can't iterate over ${printResult(value)}`)
    }
  }

  /** With one variable the element, with two the key and the element. */
  #setRangeVariables(pipe: PipeNode, key: unknown, item: unknown): void {
    const [first, second] = pipe.variables
    if (first === undefined) return
    const values = second === undefined ? [[first, item] as const] : [[first, key] as const, [second, item] as const]
    for (const [variable, value] of values) this.#setVariable(pipe, variable.name, value)
  }

  #call(dot: unknown, node: TemplateNode): void {
    const template = this.#options.templates.get(node.name)
    if (template === undefined) return this.#fail(`template ${JSON.stringify(node.name)} not defined`)
    if (this.#depth === MAX_DEPTH) return this.#fail(`exceeded maximum template depth (${MAX_DEPTH})`)
    const data = node.pipe === undefined ? undefined : this.#pipeline(dot, node.pipe)
    new Execution(template, data, this.#options, this.output, this.#depth + 1).run()
  }

  /** Variables declared inside are gone afterwards. */
  #scoped<T>(run: () => T): T {
    const count = this.#variables.length
    const result = run()
    this.#variables.length = count
    return result
  }

  // PIPELINES

  #pipeline(dot: unknown, pipe: PipeNode): unknown {
    this.#node = pipe
    let value: unknown = NOTHING
    for (const command of pipe.commands) value = this.#command(dot, command, value)
    // Two variables are those of a range, which sets them itself, once for each element.
    const [variable, second] = pipe.variables
    if (variable !== undefined && second === undefined) this.#setVariable(pipe, variable.name, value)
    return value
  }

  #setVariable(pipe: PipeNode, name: string, value: unknown): void {
    if (!pipe.assigns) {
      this.#variables.push({ name, value })
      return
    }
    const variable = this.#variables.findLast((candidate) => candidate.name === name)
    if (variable === undefined) return this.#fail(`undefined variable: ${name}`)
    variable.value = value
  }

  #command(dot: unknown, command: CommandNode, piped: unknown): unknown {
    const [first, ...args] = command.operands
    switch (first.kind) {
      case 'field':
        return this.#fields(dot, { receiver: dot, node: first, names: first.fields, args, piped })
      case 'chain':
        return this.#chain(dot, first, args, piped)
      case 'identifier':
        return this.#function(dot, { node: first, name: first.name, args, piped, command })
      case 'variable':
        return this.#variable(dot, first, args, piped)
      case 'pipe':
        this.#rejectArguments(first, args, piped)
        return this.#pipeline(dot, first)
      default:
        this.#node = first
        this.#rejectArguments(first, args, piped)
        return first.kind === 'nil' ? this.#fail('nil is not a command') : this.#literal(dot, first)
    }
  }

  #rejectArguments(first: Operand, args: readonly Operand[], piped: unknown): void {
    if (args.length > 0 || piped !== NOTHING) this.#fail(`can't give argument to non-function ${nodeText(first)}`)
  }

  #literal(dot: unknown, node: Exclude<Operand, PipeNode | FieldNode | ChainNode | VariableNode>): unknown {
    switch (node.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'identifier':
        return this.#function(dot, { node, name: node.name, args: [], piped: NOTHING, command: node })
      default:
        return node.value
    }
  }

  #variable(dot: unknown, node: VariableNode, args: readonly Operand[], piped: unknown): unknown {
    this.#node = node
    const variable = this.#variables.findLast((candidate) => candidate.name === node.name)
    if (variable === undefined) return this.#fail(`undefined variable: ${node.name}`)
    if (node.fields.length > 0) {
      return this.#fields(dot, { receiver: variable.value, node, names: node.fields, args, piped })
    }
    this.#rejectArguments(node, args, piped)
    return variable.value
  }

  #chain(dot: unknown, node: ChainNode, args: readonly Operand[], piped: unknown): unknown {
    this.#node = node
    if (node.base.kind === 'nil') return this.#fail(`indirection through explicit nil in ${nodeText(node)}`)
    const receiver = this.#argument(dot, node.base)
    return this.#fields(dot, { receiver, node, names: node.fields, args, piped })
  }

  // FIELDS

  #fields(dot: unknown, chain: FieldChain): unknown {
    this.#node = chain.node
    let receiver: Receiver = { value: chain.receiver, isElement: false }
    chain.names.forEach((name, i) => {
      const last = i === chain.names.length - 1
      receiver = this.#field(dot, receiver, name, last ? chain : { ...chain, args: [], piped: NOTHING })
    })
    return receiver.value
  }

  #field(dot: unknown, receiver: Receiver, name: string, chain: FieldChain): Receiver {
    const { value } = receiver
    if (value === undefined) return { value: undefined, isElement: false }
    const type = receiver.isElement ? 'interface {}' : typeName(value)
    if (value === null)
      return this.#fail(`nil pointer evaluating ${receiver.isElement ? type : 'interface {}'}.${name}`)
    const found = member(value, name)
    if (typeof found === 'function') return { value: this.#method(dot, value, name, chain), isElement: false }
    const hasArguments = chain.args.length > 0 || chain.piped !== NOTHING
    switch (kindOf(value)) {
      case 'map':
        if (hasArguments) return this.#fail(`${name} is not a method but has arguments`)
        return { value: this.#mapField(value, name), isElement: !(value instanceof StringMap) }
      case 'struct':
        if (found === undefined) return this.#fail(`can't evaluate field ${name} in type ${type}`)
        if (hasArguments) return this.#fail(`${name} has arguments but cannot be invoked as function`)
        return { value: found, isElement: false }
      default:
        return this.#fail(`can't evaluate field ${name} in type ${type}`)
    }
  }

  #mapField(map: unknown, name: string): unknown {
    if (this.#options.missingKey === 'default' && !mapHas(map, name)) return undefined
    return mapGet(map, name)
  }

  #method(dot: unknown, value: unknown, name: string, chain: FieldChain): unknown {
    const method = member(value, name)
    if (typeof method !== 'function') throw new Error(`${name} was a method a moment ago`)
    const args = chain.args.map((arg) => this.#argument(dot, arg))
    if (chain.piped !== NOTHING) args.push(chain.piped)
    if (args.length !== method.length) {
      return this.#fail(`wrong number of args for ${name}: want ${method.length} got ${args.length}`)
    }
    return this.#guard(name, chain.node, () => method.apply(value, args))
  }

  // FUNCTIONS

  #function(dot: unknown, call: FunctionCall): unknown {
    this.#node = call.node
    const target = this.#options.functions[call.name] ?? BUILTINS[call.name]
    if (target === undefined) return this.#fail(`${JSON.stringify(call.name)} is not a defined function`)
    this.#checkCount(call, target)
    if (isShortCircuit(call.name)) return this.#shortCircuit(dot, call, call.name)
    const args = call.args.map((arg, i) => this.#checkedArgument(dot, arg, parameterAt(target, i)))
    if (call.piped !== NOTHING) args.push(this.#checked(call.piped, parameterAt(target, args.length)))
    return this.#guard(call.name, call.command, () => target.call(args))
  }

  #checkCount(call: FunctionCall, target: TemplateFunction): void {
    const got = call.args.length + (call.piped === NOTHING ? 0 : 1)
    const want = target.parameters.length
    if (target.variadic !== undefined && got < want) {
      this.#fail(`wrong number of args for ${call.name}: want at least ${want} got ${got}`)
    }
    if (target.variadic === undefined && got !== want) {
      this.#fail(`wrong number of args for ${call.name}: want ${want} got ${got}`)
    }
  }

  #shortCircuit(dot: unknown, call: FunctionCall, name: 'and' | 'or'): unknown {
    let value: unknown
    for (const arg of call.args) {
      value = this.#argument(dot, arg)
      if (truth(value) === (name === 'or')) return value
    }
    return call.piped === NOTHING ? value : call.piped
  }

  #argument(dot: unknown, operand: Operand): unknown {
    this.#node = operand
    switch (operand.kind) {
      case 'pipe':
        return this.#pipeline(dot, operand)
      case 'field':
        return this.#fields(dot, { receiver: dot, node: operand, names: operand.fields, args: [], piped: NOTHING })
      case 'chain':
        return this.#chain(dot, operand, [], NOTHING)
      case 'variable':
        return this.#variable(dot, operand, [], NOTHING)
      default:
        return this.#literal(dot, operand)
    }
  }

  #checkedArgument(dot: unknown, operand: Operand, parameter: Parameter): unknown {
    const value = this.#argument(dot, operand)
    if (parameter.fits(value)) return value
    // A constant without a point may stand for a float.
    if (operand.kind === 'number' && typeof value === 'bigint' && parameter.fits(Number(value))) return Number(value)
    if (operand.kind === 'nil') return this.#fail(`cannot assign nil to ${parameter.goType}`)
    if (operand.kind === 'string' || operand.kind === 'number' || operand.kind === 'bool') {
      return this.#fail(`${expectation(parameter)}; found ${nodeText(operand)}`)
    }
    return this.#checked(value, parameter)
  }

  #checked(value: unknown, parameter: Parameter): unknown {
    if (parameter.fits(value)) return value
    if (value === undefined || value === null) return this.#fail(`invalid value; expected ${parameter.goType}`)
    return this.#fail(`wrong type for value; expected ${parameter.goType}; got ${typeName(value)}`)
  }

  #guard<T>(name: string, node: Node, run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (error instanceof Suspension) throw error
      this.#node = node
      return this.#fail(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  #fail(message: string, cause?: unknown): never {
    const { sourceName, source, name } = this.#template
    const node = this.#node
    if (node === undefined) throw new TemplateError(`template: ${sourceName}: ${message}`)
    const before = source.slice(0, node.start)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    const where = `${sourceName}:${line}:${column}: executing ${JSON.stringify(name)} at <${nodeText(node)}>`
    throw new TemplateError(`template: ${where}: ${message}`, { cause })
  }
}

/**
 * Thrown by a function that cannot answer at once (it needs a query): leaves the execution unchanged, so that the
 * caller can find the answer and execute again.
 */
export class Suspension extends Error {}

interface FieldChain {
  readonly receiver: unknown
  readonly node: Node
  readonly names: readonly string[]
  readonly args: readonly Operand[]
  readonly piped: unknown
}

interface Receiver {
  readonly value: unknown
  /** Came out of a map of anything: Go then knows it as an interface and says so. */
  readonly isElement: boolean
}

interface FunctionCall {
  readonly node: Node
  readonly name: string
  readonly args: readonly Operand[]
  readonly piped: unknown
  readonly command: Node
}

function parameterAt(target: TemplateFunction, index: number): Parameter {
  const parameter = target.parameters[index] ?? target.variadic
  if (parameter === undefined) throw new Error(`no parameter ${index}: the count was checked before`)
  return parameter
}

function expectation(parameter: Parameter): string {
  if (parameter.goType === 'int') return 'expected integer'
  return `expected ${parameter.goType === 'float64' ? 'float' : parameter.goType}`
}
