import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readKernelFile, readKernelNumber } from './kernel-file.ts'

describe('a file of the kernel', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-kernel-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const written = (name: string, text: string): string => {
    const file = path.join(folder, name)
    writeFileSync(file, text)
    return file
  }

  test('is read whole, however long, and the next one has nothing of it', async () => {
    const mounts = 'tmpfs /mnt/模型 tmpfs rw 0 0\n'.repeat(10_000)
    expect(await readKernelFile(written('mounts', mounts))).toBe(mounts)
    expect(await readKernelFile(written('pid_max', '32768\n'))).toBe('32768\n')
  })

  test('that this kernel does not have is undefined, below a file as well', async () => {
    expect(await readKernelFile(path.join(folder, 'pressure'))).toBeUndefined()
    expect(await readKernelFile(path.join(written('cgroup', ''), 'memory.max'))).toBeUndefined()
  })

  test('that holds no number is no number', async () => {
    expect(await readKernelNumber(written('memory.max', 'max\n'))).toBeUndefined()
    expect(await readKernelNumber(written('speed', '\n'))).toBeUndefined()
    expect(await readKernelNumber(written('mtu', '1500\n'))).toBe(1_500)
  })
})
