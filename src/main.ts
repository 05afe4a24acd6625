import { runProgram } from './cli/program.ts'

process.exitCode = await runProgram(process.argv, {
  language: process.env.LC_ALL ?? process.env.LC_MESSAGES ?? process.env.LANG,
  token: process.env.TETRASCOPE_TOKEN,
  color: process.stdout.isTTY && process.env.NO_COLOR === undefined,
})
