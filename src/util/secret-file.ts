import { readFile } from 'node:fs/promises'

/** The content of a file that holds a secret, without the space around it; '' for no file. Throws with the file's name. */
export async function secretFrom(file: string): Promise<string> {
  if (file === '') return ''
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`unable to read file ${file}: ${reason}`, { cause: error })
  }
}
