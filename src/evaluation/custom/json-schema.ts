import { Ajv, type Options, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'

/** A value was to conform to what is no JSON schema, or to keywords that there are not. */
export class JsonSchemaError extends Error {
  constructor(reason: string) {
    super(`not a JSON schema: ${reason}`)
    this.name = 'JsonSchemaError'
  }
}

/** Patterns of a schema in RE2: an answer that a model wrote must not be able to hold up the thread. */
const re2 = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern)
    // Ajv keeps one compiled pattern for each text that this gives.
    return { test: (text: string): boolean => compiled.matcher(text).find(), toString: () => pattern }
  },
  { code: 're2' },
)

/** A keyword that is not known is a mistake; `format` is an annotation, as in 2020-12 by default. */
const OPTIONS: Options = {
  strict: false,
  strictSchema: true,
  validateFormats: false,
  logger: false,
  code: { regExp: re2 },
}

/** A JSON schema of draft 2020-12, or of draft-07 where its `$schema` says so. */
export class JsonSchema {
  readonly #validate: ValidateFunction

  /** Throws `JsonSchemaError`. */
  constructor(schema: Readonly<Record<string, unknown>> | boolean) {
    const isDraft7 = typeof schema === 'object' && String(schema.$schema).includes('draft-07')
    try {
      this.#validate = (isDraft7 ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS)).compile(schema)
    } catch (error) {
      throw new JsonSchemaError(error instanceof Error ? error.message : String(error))
    }
  }

  /** The first thing that does not conform, with its path; undefined when all does. */
  faultOf(value: unknown): string | undefined {
    try {
      if (this.#validate(value)) return undefined
    } catch (error) {
      // A schema that contains itself goes as deep as the value does, which a model may have nested without end.
      if (error instanceof RangeError) return 'the value is nested too deep'
      throw error
    }
    const [first] = this.#validate.errors ?? []
    return `${first?.instancePath || 'the value'} ${first?.message ?? 'does not conform'}`
  }
}
