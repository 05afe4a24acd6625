// Runs Prometheus's own PromQL test scripts on our engine and writes docs/promql-conformance.md.
// Usage: tsx scripts/promql-conformance.ts [FOLDER WITH .test FILES]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createEngine } from '../src/promql/query-engine.ts'
import { runTestScript, SCRIPT_ENGINE_OPTIONS, type TestScriptReport } from '../src/promql/testscript/runner.ts'

const root = path.resolve(import.meta.dirname, '..')

interface FileReport {
  readonly file: string
  readonly report: TestScriptReport
}

const folder = process.argv[2] ?? path.join(root, '../shared/data/promql/promqltest')
const reports = await runFolder(folder)
writeFileSync(path.join(root, 'docs/promql-conformance.md'), page(reports))
process.stdout.write(`${reports.length} files written to docs/promql-conformance.md\n`)

async function runFolder(folder: string): Promise<FileReport[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.test'))
  const reports: FileReport[] = []
  for (const file of files.sort()) {
    const text = readFileSync(path.join(folder, file), 'utf8')
    const createScriptEngine = (reader: Parameters<typeof createEngine>[0]) =>
      createEngine(reader, SCRIPT_ENGINE_OPTIONS)
    reports.push({ file, report: await runTestScript(text, { createEngine: createScriptEngine }) })
  }
  return reports
}

function page(reports: readonly FileReport[]): string {
  const sum = (key: 'passed' | 'failed' | 'skipped') => reports.reduce((all, { report }) => all + report[key], 0)
  const rows = reports.map(({ file, report }) => row(file, report.passed, report.failed, report.skipped))
  return `# PromQL conformance

What passes of Prometheus's own test scripts (\`promql/promqltest/testdata\`, version 3.14), run as Prometheus runs them: every instant
query also at other times with its own time fixed by \`@\`, and each of these as the middle step of a range query; warnings and infos
compared word for word; experimental functions, duration expressions, \`anchored\`/\`smoothed\`, fill modifiers and delayed name removal on.

Evals that expect or select native histograms are counted apart: native histograms are not supported yet.

| file | passed | failed | native histograms |
|---|---|---|---|
${rows.join('\n')}
${row('**total**', sum('passed'), sum('failed'), sum('skipped'))}

${failures(reports)}
The table is written by \`npx tsx scripts/promql-conformance.ts <folder>\`; \`src/promql/testscript/conformance.test.ts\` holds the engine to it.
`
}

function row(file: string, passed: number, failed: number, skipped: number): string {
  return `| ${file} | ${passed} | ${failed} | ${skipped} |`
}

function failures(reports: readonly FileReport[]): string {
  const lines = reports.flatMap(({ file, report }) => {
    const failed = report.evals.filter(({ outcome }) => outcome === 'failed')
    return failed.map(({ line, expression, expected, got }) => {
      return `- ${file}:${line} \`${expression}\`: expected ${expected}, got ${got}`
    })
  })
  return lines.length === 0 ? 'None of them fails.\n' : `Those that fail:\n\n${lines.join('\n')}\n`
}
