import { readFileSync } from 'node:fs'
import { CommandError } from './command-error.ts'

const STANDARD_INPUT = 0

/** The bytes of a file that a command was given; `-` is standard input. Throws `CommandError` when it cannot be read. */
export function readInputFile(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? STANDARD_INPUT : file)
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
