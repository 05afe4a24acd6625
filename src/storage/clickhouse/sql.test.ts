import { describe, expect, test } from 'vitest'
import { and, or, sql, Sql } from './sql.ts'

describe('sql', () => {
  test('writes values as literals', () => {
    expect(sql`a = ${"it's \\ \0"} AND b = ${1.5} AND c IN ${[1n, 2n]}`.text).toBe(
      String.raw`a = 'it\'s \\ \0' AND b = 1.5 AND c IN (1,2)`,
    )
  })

  test('takes SQL as it is', () => {
    expect(sql`SELECT ${new Sql('a')} FROM ${sql`t`}`.text).toBe('SELECT a FROM t')
  })

  test('refuses numbers that SQL has no literal for', () => {
    expect(() => sql`${NaN}`).toThrow('must be finite')
  })

  test('writes an empty list as one that nothing is in', () => {
    expect(sql`a IN ${[]}`.text).toBe('a IN (NULL)')
  })

  test('joins conditions', () => {
    expect(and([]).text).toBe('1')
    expect(or([]).text).toBe('0')
    expect(and([sql`a`, or([sql`b`, sql`c`])]).text).toBe('(a) AND ((b) OR (c))')
  })
})
