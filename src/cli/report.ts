import { CommandError } from './command-error.ts'
import type { Language } from './language.ts'
import { getFromServer } from './server.ts'

export interface ReportOptions {
  /** Where the server answers: `http://127.0.0.1:4600`. */
  readonly url: string
  readonly token: string | undefined
  readonly window: string
  /** Undefined: all models. */
  readonly model: string | undefined
  readonly format: 'text' | 'json' | 'html'
  readonly language: Language
  readonly write: (text: string) => void
}

/** Prints the quality report of a running server. Throws `CommandError` when no server answers, or with what it says. */
export async function report({ url, token, window, model, format, language, write }: ReportOptions): Promise<void> {
  const address = new URL('/api/tetrascope/v1/quality/report', url)
  const parameters = { window, format, lang: language, ...(model !== undefined && { model }) }
  address.search = new URLSearchParams(parameters).toString()
  const response = await getFromServer({ url, token }, address.href)
  const text = await response.text()
  if (!response.ok) throw new CommandError(`${address.href} answered ${response.status}: ${text}`)
  write(format === 'json' ? `${JSON.stringify(JSON.parse(text), null, 2)}\n` : text)
}
