import { z } from 'zod'
import { FILE_FORMATS } from './import-file.ts'

const filesEntry = z.strictObject({
  /** Files, or patterns with `*`, `?` and `[a-z]`; relative ones from the folder of tetrascope.yaml. They may appear later. */
  paths: z.array(z.string().min(1)).min(1),
  /** How their lines are written; without it each line is taken for what it looks like. */
  format: z.enum(FILE_FORMATS).optional(),
})

/** `files:` in tetrascope.yaml: files of JSON lines that are followed as they grow. */
export const filesConfig = z.array(filesEntry).default([])

export type FilesConfig = z.output<typeof filesConfig>
