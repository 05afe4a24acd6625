import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ImportBody } from '../api/types.ts'
import type { ExpositionFormat } from '../collect/exposition/exposition.ts'
import { FILE_FORMATS, type FileFormat } from '../ingest/files/import-file.ts'
import { CommandError } from './command-error.ts'
import { importMetrics } from './import-metrics.ts'
import { postToServer, type Server } from './server.ts'

export const IMPORT_FORMATS = ['openmetrics', 'text', ...FILE_FORMATS] as const

export interface ImportOptions extends Server {
  /** What the files look like, when not given. */
  readonly format: ExpositionFormat | FileFormat | undefined
  readonly write: (text: string) => void
}

/** Enough to tell formats apart. */
const PEEK_BYTES = 64

/**
 * `import FILE...`: brings files into a running server: metrics with timestamps (OpenMetrics, text format), or JSON lines with requests, events
 * and logs. Throws `CommandError` when a file cannot be read, no server answers, or something in a file was not taken.
 */
export async function importFiles(files: readonly string[], options: ImportOptions): Promise<void> {
  let complete = true
  for (const file of files) {
    const format = options.format ?? ((await beginsLikeJson(file)) ? 'json' : 'metrics')
    if (format === 'metrics' || format === 'openmetrics' || format === 'text') {
      await importMetrics(file, format === 'metrics' ? undefined : format, options)
    } else complete = (await importLines(file, format === 'json' ? undefined : format, options)) && complete
  }
  if (!complete) throw new CommandError('')
}

async function beginsLikeJson(file: string): Promise<boolean> {
  const handle = await open(file).catch((error: unknown) => {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0)
    return buffer.subarray(0, bytesRead).toString('utf8').trimStart().startsWith('{')
  } finally {
    await handle.close()
  }
}

async function importLines(file: string, format: FileFormat | undefined, options: ImportOptions): Promise<boolean> {
  const query = format === undefined ? '' : `?format=${format}`
  const response = await postToServer(options, `/api/tetrascope/v1/import${query}`, {
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  if (!response.ok && response.status !== 400) {
    throw new CommandError(`${file}: the server answered ${response.status}: ${await response.text()}`)
  }
  const { lines, requests, events, logs, rejected, problems } = (await response.json()) as ImportBody
  for (const { line, error } of problems) options.write(`${file}:${line}: ${error}\n`)
  if (rejected > problems.length) options.write(`${file}: ${rejected - problems.length} more lines were not taken\n`)
  options.write(
    `${file}: ${lines} lines: ${requests} requests, ${events} events, ${logs} logs, ${rejected} not taken\n`,
  )
  return rejected === 0
}
