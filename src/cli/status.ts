import type { HealthBody } from '../api/types.ts'
import { sleep } from '../util/clock.ts'
import { commandClock } from './command-clock.ts'
import { CommandError } from './command-error.ts'
import type { Language } from './language.ts'
import { statusText } from './status-text.ts'

const REFRESH_MS = 2_000
const CLEAR_SCREEN = '\u001b[2J\u001b[H'

export interface StatusOptions {
  /** Where the server answers: `http://127.0.0.1:4600`. */
  readonly url: string
  readonly token: string | undefined
  readonly window: string
  readonly all: boolean
  readonly watch: boolean
  readonly json: boolean
  readonly language: Language
  readonly color: boolean
  readonly write: (text: string) => void
  readonly signal: AbortSignal
}

/** Shows the four layers, once or again and again until the signal. Throws `CommandError` when no server answers. */
export async function status(options: StatusOptions): Promise<void> {
  do {
    const health = await fetchHealth(options)
    const text = options.json ? `${JSON.stringify(health, null, 2)}\n` : statusText(health, options)
    options.write(options.watch ? CLEAR_SCREEN + text : text)
    if (options.watch) await sleep(commandClock, REFRESH_MS, options.signal)
  } while (options.watch && !options.signal.aborted)
}

async function fetchHealth({ url, token, window, all, signal }: StatusOptions): Promise<HealthBody> {
  const address = new URL(`/api/tetrascope/v1/health?window=${window}&all=${all}`, url)
  const response = await fetch(address, {
    signal,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CommandError(
      `no server answers at ${url} (${cause}); start one with "tetrascope serve", or name it with --url`,
    )
  })
  if (!response.ok) throw new CommandError(`${address.href} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as HealthBody
}
