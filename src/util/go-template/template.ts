import { BUILTINS } from './builtins.ts'
import { TemplateError } from './errors.ts'
import { executeTemplate } from './executor.ts'
import type { FunctionMap } from './function.ts'
import type { ParsedTemplate } from './node.ts'
import { parseTemplate } from './parser.ts'

export interface TemplateOptions {
  /** Functions besides the language's own; a function of the same name replaces it. */
  readonly functions?: FunctionMap
  /** What a map without the key gives: nothing at all (Go's default), or the zero value of its elements. */
  readonly missingKey?: 'default' | 'zero'
  /** Applied to what actions write, not to the text around them; the value is given too, so that marked text can pass. */
  readonly escape?: (text: string, value: unknown) => string
}

/**
 * Templates that can call each other, in the language of Go's text/template
 * (https://pkg.go.dev/text/template). For which JavaScript value stands for which Go value, see `value.ts`.
 * Immutable: `with` gives a set that knows more templates.
 */
export class TemplateSet {
  readonly #options: Required<TemplateOptions>
  readonly #templates: ReadonlyMap<string, ParsedTemplate>

  private constructor(options: Required<TemplateOptions>, templates: ReadonlyMap<string, ParsedTemplate>) {
    this.#options = options
    this.#templates = templates
  }

  static create(options: TemplateOptions = {}): TemplateSet {
    return new TemplateSet({ functions: {}, missingKey: 'default', escape: (text) => text, ...options }, new Map())
  }

  /** This set with the templates of a text. One that is defined again replaces the earlier, unless the new one is blank. Throws `TemplateError`. */
  with(name: string, text: string): TemplateSet {
    const templates = new Map(this.#templates)
    for (const template of this.#parse(name, text)) {
      const blank = template.body.every((node) => node.kind === 'text' && node.text.trim() === '')
      if (!blank || !templates.has(template.name)) templates.set(template.name, template)
    }
    return new TemplateSet(this.#options, templates)
  }

  /** This set with other functions under the given names. */
  withFunctions(functions: FunctionMap): TemplateSet {
    const merged = { ...this.#options.functions, ...functions }
    return new TemplateSet({ ...this.#options, functions: merged }, this.#templates)
  }

  get names(): string[] {
    return [...this.#templates.keys()]
  }

  /** Parses a text beside the set's templates and executes it. Throws `TemplateError`. */
  render(name: string, text: string, data: unknown): string {
    return this.with(name, text).execute(name, data)
  }

  /** Executes a template of the set. Throws `TemplateError`. */
  execute(name: string, data: unknown): string {
    const template = this.#templates.get(name)
    if (template === undefined) throw new TemplateError(`template: no template ${JSON.stringify(name)} associated`)
    return executeTemplate(template, data, { ...this.#options, templates: this.#templates })
  }

  #parse(name: string, text: string): readonly ParsedTemplate[] {
    const known = this.#options.functions
    return parseTemplate(name, text, (word) => Object.hasOwn(known, word) || Object.hasOwn(BUILTINS, word))
  }
}
