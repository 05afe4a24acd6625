import { createHash } from 'node:crypto'
import path from 'node:path'
import type { FilesConfig } from './config.ts'
import type { FilePosition } from './file-position.ts'
import { type FileLine, MAX_LINE_BYTES } from './followed-file.ts'
import { type FileFormat, ImportFile } from './import-file.ts'
import { type ImportedLine, NOTHING } from './imported-line.ts'

/** The files of one pattern, and what reads their lines. */
export class LineSource {
  /** Absolute. */
  readonly pattern: string
  readonly format: FileFormat | undefined
  readonly #reader: ImportFile

  constructor(pattern: string, format: FileFormat | undefined) {
    this.pattern = pattern
    this.format = format
    this.#reader = new ImportFile(format)
  }

  /** What a line does not say of itself, its ids above all, is made from where it stands: read again it is the same. */
  read({ offset, text }: FileLine, { key, generation }: FilePosition, nowMs: number): ImportedLine {
    if (text === undefined) return { ...NOTHING, problem: `longer than ${MAX_LINE_BYTES} bytes` }
    let made = 0
    const randomHex = (bytes: number): string => {
      const hash = createHash('sha256').update(`${key}:${generation}:${offset}:${made++}`)
      return hash.digest('hex').slice(0, bytes * 2)
    }
    return this.#reader.read(text, { nowMs, randomHex })
  }
}

/** The sources of a configuration by pattern, relative ones from `folder`. One that stays as it is stays the same object. */
export function sourcesOf(
  config: FilesConfig,
  folder: string,
  current: ReadonlyMap<string, LineSource>,
): ReadonlyMap<string, LineSource> {
  const sources = new Map<string, LineSource>()
  for (const { paths, format } of config) {
    for (const pattern of paths.map((given) => path.resolve(folder, given))) {
      const known = current.get(pattern)
      sources.set(pattern, known?.format === format && known !== undefined ? known : new LineSource(pattern, format))
    }
  }
  return sources
}
