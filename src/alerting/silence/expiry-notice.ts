import type { Alert } from '../../model/alert.ts'
import { Labels } from '../../model/labels.ts'
import type { Clock } from '../../util/clock.ts'
import { matcherText } from '../matcher/matchers.ts'
import type { Silence } from './silence.ts'
import { silenceState } from './silence.ts'

const LOOK_MS = 60_000

/** A silence that lasts less than this many notices is over before a notice is of use. */
const SHORT_FACTOR = 2

export interface ExpiryNoticeOptions {
  readonly clock: Clock
  readonly silences: () => readonly Silence[]
  /** How many firing alerts a silence mutes now. */
  readonly mutedBy: (silence: Silence) => number
  readonly send: (alerts: readonly Alert[]) => void
  readonly externalUrl: () => string
  /** How long before the end; 0 gives no notice. */
  readonly noticeMs: () => number
}

/**
 * Says beforehand that a silence ends while alerts under it are still firing. The notice is an alert like any other, `SilenceEndsSoon`
 * of level P3, so that it goes where such alerts go; it resolves when the silence is over or was made longer.
 */
export class ExpiryNotice {
  readonly #options: ExpiryNoticeOptions
  #cancel: (() => void) | undefined

  constructor(options: ExpiryNoticeOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      this.#look()
      this.start()
    })
  }

  stop(): void {
    this.#cancel?.()
  }

  #look(): void {
    const { silences, send, noticeMs, clock } = this.#options
    const due = silences().filter((silence) => isDue(silence, clock.now(), noticeMs()))
    const alerts = due.flatMap((silence) => this.#noticeOf(silence))
    if (alerts.length > 0) send(alerts)
  }

  #noticeOf(silence: Silence): Alert[] {
    const { clock, mutedBy, externalUrl, noticeMs } = this.#options
    const count = mutedBy(silence)
    if (count === 0) return []
    const nowMs = clock.now()
    const matchers = silence.matchers.map(matcherText).join(', ')
    return [
      {
        labels: Labels.from({ alertname: 'SilenceEndsSoon', severity: 'P3', silence: silence.id }),
        annotations: {
          summary: `A silence over ${count} firing alert${count === 1 ? '' : 's'} ends soon: ${matchers}`,
          summary_zh: `静默即将结束，其下仍有 ${count} 条告警触发：${matchers}`,
          description: `It was set by ${silence.createdBy || 'nobody named'} and ends at ${new Date(silence.endsAtMs).toISOString()}. ${silence.comment}`,
          description_zh: `由 ${silence.createdBy || '未署名者'} 设置，将于 ${new Date(silence.endsAtMs).toISOString()} 结束。${silence.comment}`,
        },
        startsAtMs: silence.endsAtMs - noticeMs(),
        // Unless it comes again at the next looks, it is over.
        endsAtMs: nowMs + SHORT_FACTOR * LOOK_MS,
        generatorUrl: `${externalUrl()}/#/silences/${silence.id}`,
        updatedAtMs: nowMs,
      },
    ]
  }
}

function isDue(silence: Silence, nowMs: number, noticeMs: number): boolean {
  const isLong = silence.endsAtMs - silence.startsAtMs >= SHORT_FACTOR * noticeMs
  return noticeMs > 0 && isLong && silenceState(silence, nowMs) === 'active' && nowMs >= silence.endsAtMs - noticeMs
}
