import { LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { whatIsKnown } from '../util/schema-shape.ts'
import { yamlOffset } from '../util/yaml-offset.ts'
import { alertmanagerConfig, type AlertmanagerConfig } from './config.ts'

/** What an Alertmanager configuration file says, or every reason why it cannot be used, each with its line. */
export type ParsedConfigFile =
  | { readonly config: AlertmanagerConfig; readonly errors?: never }
  | { readonly config?: never; readonly errors: readonly string[] }

/** Reads the text of an Alertmanager configuration file. Nothing is read from disk. */
export function parseConfigFile(text: string): ParsedConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const [broken] = document.errors
  if (broken !== undefined) return { errors: [`line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`] }
  const parsed = alertmanagerConfig.safeParse(document.toJS() ?? {})
  if (parsed.success) return { config: parsed.data }
  return { errors: parsed.error.issues.flatMap((issue) => describe(issue, { document, lines })) }
}

interface Source {
  readonly document: Document
  readonly lines: LineCounter
}

function describe(issue: z.core.$ZodIssue, source: Source): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = whatIsKnown(key, issue.path, alertmanagerConfig)
      return `${place([...issue.path, key], source)}: field ${key} is not known here${known}`
    })
  }
  return [`${place(issue.path, source)}: ${issue.message}`]
}

/** `line 5: receivers.0.slack_configs.0`: the place itself, or the nearest around it that exists. */
function place(path: readonly PropertyKey[], { document, lines }: Source): string {
  const offset = yamlOffset(document, path)
  const where = path.length === 0 ? '' : `: ${path.map(String).join('.')}`
  return offset === undefined ? 'line 1' : `line ${lines.linePos(offset).line}${where}`
}
