import type { ReevaluationBody } from '../api/types.ts'
import { type Clock, sleep } from '../util/clock.ts'
import { CommandError } from './command-error.ts'
import { getFromServer, postToServer, type Server } from './server.ts'

const PATH = '/api/tetrascope/v1/evaluations/reruns'
const POLL_MS = 1_000

export interface EvaluateHistoryOptions extends Server {
  readonly since: string
  readonly evaluators: readonly string[] | undefined
  readonly model: string | undefined
  readonly clock: Clock
  readonly write: (text: string) => void
}

/** Has a running server evaluate its stored requests again and tells how far it has come. Throws `CommandError` with what the server says. */
export async function evaluateHistory(options: EvaluateHistoryOptions): Promise<void> {
  const { since, evaluators, model, clock, write } = options
  const body = JSON.stringify({ since, ...(evaluators && { evaluators }), ...(model !== undefined && { model }) })
  const headers = { 'content-type': 'application/json' }
  let progress = await read(await postToServer(options, PATH, { headers, body }))
  while (progress.state === 'running') {
    write(`${progress.requests} of ${progress.total} requests\n`)
    await sleep(clock, POLL_MS)
    progress = await read(await getFromServer(options, PATH))
  }
  if (progress.state !== 'done') throw new CommandError(`${progress.state}: ${progress.error || 'the server stops'}`)
  const { requests, evaluations, failures } = progress
  write(`${requests} requests evaluated again: ${evaluations} results, ${failures} failures\n`)
}

async function read(response: Response): Promise<ReevaluationBody> {
  if (!response.ok) throw new CommandError(`${response.url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as ReevaluationBody
}
