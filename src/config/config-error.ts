/** One thing wrong in a configuration file. */
export interface ConfigProblem {
  /** Where in the document: `scrape_configs[0].scrape_interval`; '' for the document itself. */
  readonly path: string
  /** 1-based; undefined when the document could not be read at all. */
  readonly line: number | undefined
  readonly message: string
}

/** A configuration that cannot be used. The message lists every problem, one a line. */
export class ConfigError extends Error {
  readonly file: string
  readonly problems: readonly ConfigProblem[]
  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => describe(file, problem)).join('\n'))
    this.name = 'ConfigError'
    this.file = file
    this.problems = problems
  }
}

function describe(file: string, { path, line, message }: ConfigProblem): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${message}`
}
