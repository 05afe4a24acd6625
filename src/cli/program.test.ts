import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runProgram } from './program.ts'

describe('what is called wrongly', () => {
  let said: string
  beforeEach(() => {
    said = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  })
  afterEach(() => void vi.restoreAllMocks())

  const run = (...words: string[]): Promise<number> =>
    runProgram(['node', 'tetrascope', ...words], { language: 'en', token: undefined, color: false })

  test('a word that is no command is named, with what was meant and what there is', async () => {
    expect(await run('statsu')).toBe(2)
    expect(said).toContain('"statsu" is no command; did you mean "status"? (allowed: serve, status, demo, ')
  })

  test('an option that does not exist', async () => {
    expect(await run('--port', '4600')).toBe(2)
    expect(said).toContain("unknown option '--port'")
  })
})
