import { kindOf } from './value.ts'

/** A parameter of a template function: its Go type, and which values it takes. */
export interface Parameter {
  readonly goType: string
  fits(value: unknown): boolean
}

/** A function that templates call. The number and types of arguments are checked before `call`; what it throws is reported as Go reports it. */
export interface TemplateFunction {
  readonly parameters: readonly Parameter[]
  /** The type of any number of further arguments. */
  readonly variadic?: Parameter
  call(args: readonly unknown[]): unknown
}

export type FunctionMap = Readonly<Record<string, TemplateFunction>>

export const any: Parameter = { goType: 'interface {}', fits: () => true }
export const string: Parameter = { goType: 'string', fits: (value) => typeof value === 'string' }
export const strings: Parameter = {
  goType: '[]string',
  fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
}
export const list: Parameter = { goType: '[]interface {}', fits: (value) => kindOf(value) === 'slice' }

/** A parameter that takes the instances of a class. */
export function instanceOf(type: abstract new (...args: never[]) => object, goType: string): Parameter {
  return { goType, fits: (value) => value instanceof type }
}

/** Text functions are most of them: one string in, a value out. */
export function textFunction(transform: (text: string) => unknown): TemplateFunction {
  return { parameters: [string], call: ([text]) => transform(String(text)) }
}
