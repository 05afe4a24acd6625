import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const src = path.resolve(import.meta.dirname, '../src')

/** Folders from the top down. A folder may import those of lower ranks, never those of its own rank or above. */
const RANKS: ReadonlyArray<readonly string[]> = [
  ['main.ts'],
  ['cli'],
  ['app'],
  ['config'],
  ['api'],
  ['collect', 'ingest', 'rules', 'alerting', 'evaluation', 'drift', 'pricing', 'export', 'stack'],
  ['discovery'],
  ['http', 'relabel'],
  ['dashboards'],
  ['catalogue'],
  ['promql'],
  ['storage'],
  ['telemetry'],
  ['model'],
  ['util'],
]

/** Folders whose entries are siblings that must not know each other. */
const SIBLINGS = ['ingest/dialects', 'evaluation/evaluators', 'alerting/receivers', 'collect/host']

const ONLY_APP_IMPORTS = ['storage/clickhouse', 'storage/head', 'storage/memory']

interface Import {
  readonly from: string
  readonly to: string
  /** Of types only, or when it is called for: not loaded with the file. */
  readonly isLazy: boolean
}

const imports = listImports()

describe('directions of imports', () => {
  test('there are imports to judge', () => {
    expect(imports.length).toBeGreaterThan(50)
  })

  test('every folder has a rank', () => {
    const known = new Set(RANKS.flat())
    expect([...new Set(imports.map((i) => top(i.from)))].filter((folder) => !known.has(folder))).toEqual([])
  })

  test('imports go down', () => {
    const wrong = imports.filter(({ from, to }) => top(from) !== top(to) && rank(from) >= rank(to))
    expect(wrong.map(show)).toEqual([])
  })

  test('implementations of the store are known to app only', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        ONLY_APP_IMPORTS.some((folder) => inside(to, folder) && !inside(from, folder)) &&
        top(from) !== 'app' &&
        !isTest(from),
    )
    expect(wrong.filter(({ from }) => !inside(from, 'storage/head')).map(show)).toEqual([])
  })

  test('siblings do not import each other', () => {
    const wrong = imports.filter(({ from, to }) =>
      SIBLINGS.some(
        (folder) => inside(from, folder) && inside(to, folder) && entryIn(from, folder) !== entryIn(to, folder),
      ),
    )
    expect(wrong.filter(({ from }) => !isTest(from)).map(show)).toEqual([])
  })

  test('the command line loads the engine only for the commands that run it', () => {
    const loaded = new Set(['cli/program.ts'])
    for (const file of loaded) for (const { from, to, isLazy } of imports) if (from === file && !isLazy) loaded.add(to)
    expect([...loaded].filter((file) => /^(app\/tetrascope|storage\/clickhouse\/)/.test(file))).toEqual([])
  })

  test('only main reads the environment', () => {
    const readers = listSources().filter(
      (file) =>
        !isTest(file) && /^(?!\s*(\*|\/\*|\/\/)).*\bprocess\.env\b/m.test(readFileSync(path.join(src, file), 'utf8')),
    )
    expect(readers.filter((file) => file !== 'main.ts')).toEqual([])
  })
})

function listSources(): string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
}

function listImports(): Import[] {
  return listSources()
    .filter((from) => !isTest(from))
    .flatMap((from) => {
      const text = readFileSync(path.join(src, from), 'utf8')
      const found = [...text.matchAll(/(import type\s[^']*?from|from|import)\s*(\(?)\s*'(\.[^']+)'/g)]
      return found.map(([, form = '', call, specifier = '']) => ({
        from,
        to: path.normalize(path.join(path.dirname(from), specifier)),
        isLazy: call === '(' || form.startsWith('import type'),
      }))
    })
    .filter(({ to }) => !to.startsWith('..'))
}

function top(file: string): string {
  return file.split('/')[0] ?? ''
}
function rank(file: string): number {
  return RANKS.findIndex((folders) => folders.includes(top(file)))
}
function inside(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`)
}
function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}
/** The file or folder directly below `folder` that holds the file; a common contract such as `evaluator.ts` lives one level up. */
function entryIn(file: string, folder: string): string {
  return file.slice(folder.length + 1).split('/')[0] ?? ''
}
function show({ from, to }: Import): string {
  return `${from} imports ${to}`
}
