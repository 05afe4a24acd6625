import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
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
    return issue.keys.map((key) => `${place([...issue.path, key], source)}: field ${key} is not known here`)
  }
  return [`${place(issue.path, source)}: ${issue.message}`]
}

/** `line 5: receivers.0.slack_configs.0`: the place itself, or the nearest around it that exists. */
function place(path: readonly PropertyKey[], { document, lines }: Source): string {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset === undefined) continue
    const where = path.length === 0 ? '' : `: ${path.map(String).join('.')}`
    return `line ${lines.linePos(offset).line}${where}`
  }
  return 'line 1'
}

/** Where the key stands, which is where a reader looks; for list elements the element. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const owner: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true)
  const parent: unknown = path.length === 1 ? document.contents : owner
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    if (isScalar(pair?.key)) return pair.key.range?.[0]
  }
  const node: unknown = document.getIn(path, true)
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}
