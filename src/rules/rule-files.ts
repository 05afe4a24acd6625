import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { glob } from '../util/glob.ts'
import type { RuleGroupDefinition } from './rule-definition.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import { parseRuleFile } from './rule-file.ts'

/** At least one rule file cannot be used; `problems` name file, line, group and rule. */
export class RuleFilesError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`rule files cannot be loaded:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'RuleFilesError'
    this.problems = problems
  }
}

/**
 * Reads the rule files that the patterns name, relative ones from `baseDir`. A pattern with `*` may match nothing, a plain path must
 * exist. Throws `RuleFilesError` with every problem of every file.
 */
export function loadRuleFiles(
  patterns: readonly string[],
  baseDir: string,
  syntax: ParserOptions,
): RuleGroupDefinition[] {
  const files = patterns.flatMap((pattern) => glob(path.resolve(baseDir, pattern)))
  return loadFiles([...new Set(files)], syntax)
}

const DEFAULTS = path.join(import.meta.dirname, 'defaults')

/** The shipped rules of the three levels. `disabled` names alerts that are left out. */
export function loadDefaultRules(syntax: ParserOptions, disabled: readonly string[] = []): RuleGroupDefinition[] {
  const files = readdirSync(DEFAULTS)
    .filter((name) => name.endsWith('.yml'))
    .sort()
  const groups = loadFiles(
    files.map((name) => path.join(DEFAULTS, name)),
    syntax,
  )
  return groups.map((group) => ({
    ...group,
    file: path.basename(group.file),
    rules: group.rules.filter((rule) => !(rule.kind === 'alerting' && disabled.includes(rule.name))),
  }))
}

function loadFiles(files: readonly string[], syntax: ParserOptions): RuleGroupDefinition[] {
  const problems: string[] = []
  const groups = files.flatMap((file) => {
    const parsed = readRuleFile(file, syntax)
    problems.push(...parsed.errors.map((error) => `${file}: ${error}`))
    return parsed.groups
  })
  if (problems.length > 0) throw new RuleFilesError(problems)
  return groups
}

function readRuleFile(file: string, syntax: ParserOptions): ReturnType<typeof parseRuleFile> {
  try {
    return parseRuleFile(file, readFileSync(file, 'utf8'), syntax)
  } catch (error) {
    return { groups: [], errors: [error instanceof Error ? error.message : String(error)] }
  }
}
