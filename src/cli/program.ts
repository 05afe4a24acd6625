import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import { LOG_LEVELS } from '../telemetry/log.ts'
import { VERSION } from '../app/version.ts'
import { nearest } from '../util/nearest.ts'
import type { CompareFlags } from './compare-answers.ts'
import { CommandError } from './command-error.ts'
import type { DemoFlags } from './demo/demo.ts'
import type { DriftFlags } from './drift.ts'
import type { EvaluateFlags } from './evaluate.ts'
import type { EvaluateHistoryOptions } from './evaluate-history.ts'
import { IMPORT_FORMATS, importFiles } from './import.ts'
import { commandClock } from './command-clock.ts'
import { chooseLanguage } from './language.ts'
import type { ProbeFlags } from './probe.ts'
import type { ServeFlags } from './serve.ts'

/** What the program takes from its environment; only `main.ts` reads that. */
export interface Environment {
  readonly language: string | undefined
  readonly token: string | undefined
  readonly color: boolean
}

const FAILED = 1
const USAGE = 2

/**
 * Runs one command, of which only its own code is loaded: the engine and the server alone take a second. Gives the exit code: 0 done, 1 failed, 2 called wrongly.
 */
export async function runProgram(argv: readonly string[], environment: Environment): Promise<number> {
  try {
    await buildProgram(environment).parseAsync([...argv])
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
    if (!(error instanceof CommandError) && !(error instanceof ConfigError)) throw error
    if (error.message !== '') process.stderr.write(`${error.message}\n`)
    return FAILED
  }
}

function buildProgram(environment: Environment): Command {
  const program = new Command('tetrascope')
    .description('Monitoring for AI systems over four layers: infrastructure, application, model quality, business')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError()
    .enablePositionalOptions()
  addServe(program)
  addStatus(program, environment)
  addDemo(program, environment)
  addCheck(program)
  addTest(program)
  addImport(program, environment)
  addEvaluate(program, environment)
  addDrift(program, environment)
  addReport(program, environment)
  addProbe(program)
  return program
}

function addServe(program: Command): void {
  withListeners(program.command('serve', { isDefault: true }))
    .description('run the product')
    .option('--config <file>', 'configuration file (default: tetrascope.yaml when there is one)')
    .option('--data <directory>', 'where the embedded store lives', 'data')
    .option('--ready-json', 'print one JSON line with all addresses when ready')
    // As the default command it is given every word that is none.
    .allowExcessArguments()
    .action(async (flags: ServeFlags, serving: Command) => {
      if (serving.args[0] !== undefined) serving.error(unknownCommand(serving.args[0], program))
      await (await import('./serve.ts')).serve(flags)
    })
}

function unknownCommand(word: string, { commands }: Command): string {
  const names = commands.map((command) => command.name())
  const like = nearest(word, names)
  const hint = like === undefined ? '' : `; did you mean ${JSON.stringify(like)}?`
  return `error: ${JSON.stringify(word)} is no command${hint} (allowed: ${names.join(', ')})`
}

function addStatus(program: Command, environment: Environment): void {
  program
    .command('status')
    .description('show the four layers in the terminal')
    .option('--url <url>', 'where the server answers', 'http://127.0.0.1:4600')
    .option('--window <duration>', 'what rates and percentiles look back over', '5m')
    .option('--all', 'every metric of the catalogue, not only the headline ones')
    .option('--watch', 'again and again, until Ctrl-C')
    .option('--json', 'as JSON')
    .option('--lang <language>', 'en or zh (default: what LANG says)')
    .action(async (flags: { url: string; window: string; all?: true; watch?: true; json?: true; lang?: string }) =>
      (await import('./status.ts')).status({
        url: flags.url,
        token: environment.token,
        window: flags.window,
        all: flags.all ?? false,
        watch: flags.watch ?? false,
        json: flags.json ?? false,
        language: chooseLanguage(flags.lang, environment.language),
        color: environment.color,
        write: (text) => process.stdout.write(text),
        signal: interrupted(),
      }),
    )
}

function addDemo(program: Command, environment: Environment): void {
  withListeners(program.command('demo'))
    .description('run the product with simulated servers, traffic, users and an incident that heals')
    .option(
      '--trace <file>',
      'arrival times and sizes in the form of the Azure LLM inference traces (default: a sample of our own)',
    )
    .option('--data <directory>', 'where the embedded store lives (default: a temporary directory)')
    .option('--seed <number>', 'the same seed tells the same story', integer, 20_260)
    .option('--ready-json', 'print one JSON line with all addresses when ready')
    .option('--lang <language>', 'en or zh (default: what LANG says)')
    .action(async (flags: DemoFlags) =>
      (await import('./demo/demo.ts')).demo(flags, chooseLanguage(flags.lang, environment.language)),
    )
}

function addCheck(program: Command): void {
  const check = program.command('check').description('say what is wrong in a file')
  check
    .command('config')
    .argument('<file>', 'tetrascope.yaml')
    .description('check a configuration and the files that it names')
    .action(async (file: string) => (await import('./check.ts')).checkConfig(file, print))
  check
    .command('metrics')
    .argument('<file>', 'what an exporter exposes; - reads standard input')
    .description('check metrics in the text format or, by its specification, in OpenMetrics')
    .addOption(
      new Option('--format <format>', 'default: OpenMetrics when there is a line "# EOF"').choices([
        'text',
        'openmetrics',
      ]),
    )
    .action(async (file: string, flags: { format?: 'text' | 'openmetrics' }) =>
      (await import('./check-metrics.ts')).checkMetricsFile(file, flags.format, print),
    )
  check
    .command('rules')
    .argument('<files...>', "rule files in Prometheus's format")
    .description('check rule files, as promtool does')
    .action(async (files: string[]) => (await import('./check-rules.ts')).checkRules(files, print))
  check
    .command('alertmanager')
    .argument('<files...>', "configurations in Alertmanager's format")
    .description('check Alertmanager files, as amtool does')
    .action(async (files: string[]) => (await import('./check-alertmanager.ts')).checkAlertmanager(files, print))
}

function addTest(program: Command): void {
  const test = program.command('test').description('run tests that are written in the files of the field')
  test
    .command('promql')
    .argument('<files...>', "scripts in Prometheus's PromQL test language")
    .description('run test scripts: a line for each eval that fails, and how many passed')
    .action(async (files: string[]) => (await import('./test-promql.ts')).testPromql(files, print))
  test
    .command('rules')
    .argument('<files...>', "unit tests in promtool's format")
    .description('run unit tests of rules, as promtool does')
    .action(async (files: string[]) => (await import('./test-rules.ts')).testRules(files, print))
}

function addImport(program: Command, environment: Environment): void {
  program
    .command('import')
    .argument('<files...>', 'metrics with timestamps, or JSON lines of requests, events and logs')
    .description('bring files into a running server')
    .option('--url <url>', 'where the server answers', 'http://127.0.0.1:4600')
    .addOption(new Option('--format <format>', 'default: what each file looks like').choices(IMPORT_FORMATS))
    .action(async (files: string[], flags: { url: string; format?: (typeof IMPORT_FORMATS)[number] }) =>
      importFiles(files, { url: flags.url, token: environment.token, format: flags.format, write: print }),
    )
}

function print(text: string): void {
  process.stdout.write(text)
}

function complain(text: string): void {
  process.stderr.write(text)
}

function addEvaluate(program: Command, environment: Environment): void {
  program
    .command('evaluate')
    .argument('[file]', 'JSON lines {id?, prompt?, response?, context?, system?, model?, reference?}')
    .description("score prompts and responses with the server's own evaluators")
    .option('--since <duration>', 'instead of a file: what a running server has stored since then, again')
    .option('--model <model>', 'with --since: this model only')
    .option('--url <url>', 'with --since: where the server answers', 'http://127.0.0.1:4600')
    .option('--evaluators <names>', 'comma-separated (default: all)')
    .option('--config <file>', 'a configuration whose own evaluators and judge are used too')
    .option('--judge', 'have the judge of the configuration rate each line too (calls its endpoint)')
    .option(
      '--compare <file>',
      'with --config: have its judge say whose answers are better, those of this file or of the first one',
    )
    .addOption(new Option('--format <format>', 'output').choices(['jsonl', 'table']).default('jsonl'))
    .action(async (file: string | undefined, flags: EvaluateFlags & HistoryFlags & Partial<CompareFlags>) => {
      const { since, compare } = flags
      if ((file === undefined) === (since === undefined))
        throw new CommandError('evaluate takes a file or --since, one of the two')
      if (compare !== undefined && file === undefined) throw new CommandError('--compare takes two files')
      if (file !== undefined && compare !== undefined)
        await (await import('./compare-answers.ts')).compareAnswers(
          file,
          { ...flags, compare },
          { write: print, complain },
        )
      else if (file !== undefined) await (await import('./evaluate.ts')).evaluate(file, flags)
      else if (since !== undefined)
        await (await import('./evaluate-history.ts')).evaluateHistory(historyOptions(since, flags, environment))
    })
}

interface HistoryFlags {
  readonly since?: string
  readonly model?: string
  readonly url: string
}

function historyOptions(
  since: string,
  { evaluators, model, url }: EvaluateFlags & HistoryFlags,
  { token }: Environment,
): EvaluateHistoryOptions {
  const names = evaluators?.split(',').map((name) => name.trim())
  return { since, evaluators: names, model, url, token, clock: commandClock, write: print }
}

function addDrift(program: Command, environment: Environment): void {
  program
    .command('drift')
    .description('say how far the columns of one file have moved from those of another')
    .requiredOption('--reference <file>', 'JSON lines or CSV with a header')
    .requiredOption('--current <file>', 'JSON lines or CSV with a header')
    .option('--features <names>', 'columns, comma-separated (default: all)')
    .addOption(
      new Option('--bins <rule>', 'bins of numeric columns')
        .choices(['quantile', 'sturges', 'fixed'])
        .default('quantile'),
    )
    .addOption(new Option('--format <format>', 'output').choices(['table', 'json', 'html']).default('table'))
    .addOption(new Option('--fail-on <level>', 'exit with 1 from this level on').choices(['slight', 'severe']))
    .option('--lang <language>', 'en or zh (default: what LANG says)')
    .action(async (flags: DriftFlags & { lang?: string }) =>
      (await import('./drift.ts')).drift(flags, chooseLanguage(flags.lang, environment.language), print),
    )
}

function addReport(program: Command, environment: Environment): void {
  program
    .command('report')
    .description('say how good the answers of a window were, beside the window before')
    .option('--url <url>', 'where the server answers', 'http://127.0.0.1:4600')
    .option('--window <duration>', 'how far to look back', '60m')
    .option('--model <model>', 'this model only')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json', 'html']).default('text'))
    .option('--lang <language>', 'en or zh (default: what LANG says)')
    .action(
      async (flags: { url: string; window: string; model?: string; format: 'text' | 'json' | 'html'; lang?: string }) =>
        (await import('./report.ts')).report({
          url: flags.url,
          token: environment.token,
          window: flags.window,
          model: flags.model,
          format: flags.format,
          language: chooseLanguage(flags.lang, environment.language),
          write: print,
        }),
    )
}

function addProbe(program: Command): void {
  program
    .command('probe')
    .description('ask questions with known answers')
    .command('run')
    .argument('<file>', 'JSON lines {id, prompt | messages, system?, checks}')
    .description('ask the questions of a file of an OpenAI-compatible endpoint, once')
    .requiredOption('--endpoint <url>', 'what stands before /chat/completions, for example https://api.openai.com/v1')
    .requiredOption('--model <model>', 'the model that is asked')
    .option('--key-file <file>', 'a file that holds the key')
    .option('--config <file>', 'a configuration whose judge rates what `judged` checks ask for')
    .option('--min-accuracy <share>', 'exit with 1 below this accuracy, 0-1', share)
    .option('--concurrency <number>', 'questions under way at once', positive, 4)
    .option('--timeout <duration>', 'for each answer', '60s')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(async (file: string, flags: ProbeFlags) => (await import('./probe.ts')).probe(file, flags, print))
}

function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('must be a number from 0 to 1.')
  return value
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1 to 999.')
  return Number(text)
}

function withListeners(command: Command): Command {
  return command
    .option('--listen <host:port>', 'pages and APIs; port 0 takes any free port', address)
    .option('--gateway-listen <host:port>', 'the gateway for model calls', address)
    .option('--otlp-http-listen <host:port>', "OTLP/HTTP on its senders' default port", address)
    .option('--otlp-grpc-listen <host:port>', "OTLP/gRPC on its senders' default port", address)
    .option('--no-gateway', 'without the gateway')
    .option('--no-otlp-ports', 'without the OTLP ports; /v1/traces on the main port remains')
    .addOption(
      new Option('--log-level <level>', 'how much is logged, on standard error').choices(LOG_LEVELS).default('info'),
    )
}

function address(text: string): string {
  if (!/^.*:\d{1,5}$/.test(text)) throw new InvalidArgumentError('must be HOST:PORT, for example 127.0.0.1:4600.')
  return text
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number.')
  return Number(text)
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  return controller.signal
}
