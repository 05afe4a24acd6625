import { type BodyContext, BodyError } from '../http/body.ts'
import { isRecord, type JsonRecord } from '../json-value.ts'
import { type ImportedLine, type LineReader, NOTHING } from './imported-line.ts'
import { liteLlmLine } from './litellm.ts'
import { logLine } from './log-line.ts'
import { OpenAiBatch } from './openai-batch.ts'
import { ownLine } from './own-line.ts'

export const FILE_FORMATS = ['own', 'log', 'openai-batch', 'litellm'] as const

/** How the lines of a file are written. */
export type FileFormat = (typeof FILE_FORMATS)[number]

/** The format that a line looks like; our own shape when nothing speaks for another. */
export function formatOf(line: JsonRecord): FileFormat {
  if (line['custom_id'] !== undefined && (line['response'] !== undefined || line['body'] !== undefined))
    return 'openai-batch'
  if (line['call_type'] !== undefined && (line['startTime'] !== undefined || line['response_cost'] !== undefined))
    return 'litellm'
  const looksLikeLog = line['level'] !== undefined || line['severity'] !== undefined
  return looksLikeLog && (line['event'] !== undefined || line['message'] !== undefined || line['msg'] !== undefined)
    ? 'log'
    : 'own'
}

/**
 * Reads a file of JSON lines, line by line. One reader for one file: lines of an OpenAI batch are brought together with the
 * requests that they answer when those came before. Without a format each line is taken for what it looks like.
 */
export class ImportFile {
  readonly #format: FileFormat | undefined
  readonly #readers: Readonly<Record<FileFormat, LineReader>>

  constructor(format?: FileFormat) {
    const batch = new OpenAiBatch()
    this.#format = format
    this.#readers = {
      own: ownLine,
      log: logLine,
      'openai-batch': (line, context) => batch.read(line, context),
      litellm: liteLlmLine,
    }
  }

  /** Empty lines hold nothing and are no problem. */
  read(text: string, context: BodyContext): ImportedLine {
    if (text.trim() === '') return NOTHING
    let line: unknown
    try {
      line = JSON.parse(text)
    } catch (error) {
      return { ...NOTHING, problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
    }
    if (!isRecord(line)) return { ...NOTHING, problem: 'expected a JSON object on each line' }
    try {
      return this.#readers[this.#format ?? formatOf(line)](line, context)
    } catch (error) {
      if (error instanceof BodyError) return { ...NOTHING, problem: error.message }
      throw error
    }
  }
}
