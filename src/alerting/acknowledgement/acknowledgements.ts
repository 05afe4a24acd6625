import type { StateStore } from '../../storage/state-store.ts'
import type { Logger } from '../../telemetry/log.ts'
import { type Acknowledgement, readAcknowledgement } from './acknowledgement.ts'

const KIND = 'acknowledgement'

/**
 * Who looks after which alert, over restarts. Only what fires can be acknowledged and what resolves is forgotten, so there are never
 * more acknowledgements than alerts. Alerts are known by their fingerprints.
 */
export class Acknowledgements {
  readonly #store: StateStore
  readonly #logger: Logger
  readonly #byAlert = new Map<string, Acknowledgement>()

  constructor(store: StateStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** Reads what an earlier run kept. */
  async start(): Promise<void> {
    for (const [alert, value] of await this.#store.documents(KIND)) {
      const acknowledgement = readAcknowledgement(value)
      if (acknowledgement !== undefined) this.#byAlert.set(alert, acknowledgement)
    }
  }

  get(alert: string): Acknowledgement | undefined {
    return this.#byAlert.get(alert)
  }

  /** Fingerprints of all that are acknowledged. */
  alerts(): string[] {
    return [...this.#byAlert.keys()]
  }

  /** Resolves when it is written down; only then does it count. */
  async set(alerts: readonly string[], acknowledgement: Acknowledgement): Promise<void> {
    await this.#store.putDocuments(KIND, new Map(alerts.map((alert) => [alert, acknowledgement])))
    for (const alert of alerts) this.#byAlert.set(alert, acknowledgement)
  }

  /** Takes back what was said. Resolves when that is written down; only then does it count. */
  async withdraw(alerts: readonly string[]): Promise<void> {
    await this.#store.putDocuments(KIND, new Map(alerts.map((alert) => [alert, undefined])))
    for (const alert of alerts) this.#byAlert.delete(alert)
  }

  /** An acknowledgement ends with its alert: when it fires again, somebody is called again. */
  end(alert: string): void {
    if (!this.#byAlert.delete(alert)) return
    this.#store.putDocuments(KIND, new Map([[alert, undefined]])).catch((error: unknown) => {
      this.#logger.warn({ alert, error: String(error) }, 'the end of an acknowledgement could not be written down')
    })
  }
}
