import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { type Config, configSchema } from './config.ts'
import { ConfigError } from './config-error.ts'
import { withoutEmptyValues } from './empty-values.ts'
import { problemsOf } from './problems.ts'

/** A configuration and the text that it was read from. */
export interface LoadedConfig {
  readonly config: Config
  readonly file: string | null
  readonly text: string
}

/** Reads a file, or takes the defaults when there is none. Throws `ConfigError` that lists all that is wrong. */
export function loadConfig(file: string | null): LoadedConfig {
  const text = file === null ? '' : readText(file)
  return { config: parseConfig(text, file ?? 'defaults'), file, text }
}

/** `file` is only used to say where a problem is. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }))
  if (broken.length > 0) throw new ConfigError(file, broken)
  const value = withoutEmptyValues(document.toJS() ?? {}, configSchema)
  const result = configSchema.safeParse(value)
  if (result.success) return result.data
  throw new ConfigError(file, problemsOf(result.error.issues, { document, lines, value, schema: configSchema }))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(file, [
      { path: '', line: undefined, message: error instanceof Error ? error.message : String(error) },
    ])
  }
}
