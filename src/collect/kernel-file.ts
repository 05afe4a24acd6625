import { closeSync, openSync, readSync } from 'node:fs'

/** Where files are read into; it grows with the longest. */
let buffer = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * The text of a file of /proc or /sys; undefined when this kernel has no such file. Read in one go: the kernel writes these texts from
 * memory in some 10 µs, and a trip through the thread pool takes ten times as long and leaves 64 kB of garbage for each.
 */
export async function readKernelFile(file: string): Promise<string | undefined> {
  try {
    return readWhole(file)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** The number that a file holds alone; undefined when there is no such file, or no such number now. */
export async function readKernelNumber(file: string): Promise<number | undefined> {
  try {
    const text = await readKernelFile(file)
    const number = text === undefined || text.trim() === '' ? NaN : Number(text)
    return Number.isNaN(number) ? undefined : number
  } catch (error) {
    // Asking a network device that is down for its carrier or speed fails with EINVAL.
    if (codeOf(error) === 'EINVAL' || codeOf(error) === 'EOPNOTSUPP') return undefined
    throw error
  }
}

/** The lines of a file as words; empty when there is no such file. */
export async function readKernelTable(file: string): Promise<string[][]> {
  const text = (await readKernelFile(file)) ?? ''
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))
}

function readWhole(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    for (let length = 0; ; ) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null)
      if (read === 0) return buffer.toString('utf8', 0, length)
      length += read
      if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length)
    }
  } finally {
    closeSync(descriptor)
  }
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
