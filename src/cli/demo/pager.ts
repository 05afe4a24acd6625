import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Language } from '../language.ts'

export interface PagerOptions {
  readonly language: Language
  readonly write: (text: string) => void
}

interface WebhookBody {
  readonly alerts?: ReadonlyArray<{
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }>
}

/** A webhook receiver that prints what arrives: the phone of the person on call. */
export class Pager {
  readonly #options: PagerOptions

  constructor(options: PagerOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body: WebhookBody = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    for (const alert of body.alerts ?? []) this.#print(alert)
    response.end()
  }

  #print({ status, labels, annotations }: NonNullable<WebhookBody['alerts']>[number]): void {
    const { language, write } = this.#options
    const firing = status === 'firing'
    const word = language === 'zh' ? (firing ? '触发' : '恢复') : firing ? 'FIRING' : 'resolved'
    const summary = (language === 'zh' ? annotations['summary_zh'] : undefined) ?? annotations['summary'] ?? ''
    write(
      `${new Date().toLocaleTimeString('en-GB')} ${firing ? '■' : '●'} ${word} [${labels['severity'] ?? '-'}] ${labels['alertname'] ?? ''}: ${summary}\n`,
    )
  }
}
