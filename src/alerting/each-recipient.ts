import type { Notification } from './notify/notification.ts'
import type { SendResult } from './receiver.ts'

/** Sends a notification to several people one by one. Trying again leaves out those who have it. */
export class EachRecipient {
  readonly #told = new WeakMap<Notification, Set<string>>()

  /** The failure that is worth another try, else any, else sent; one person's failure does not keep it from the others. */
  async send(
    notification: Notification,
    recipients: readonly string[],
    send: (recipient: string) => Promise<SendResult>,
  ): Promise<SendResult> {
    const told = this.#told.get(notification) ?? new Set<string>()
    this.#told.set(notification, told)
    let outcome: SendResult = 'sent'
    for (const recipient of recipients) {
      if (told.has(recipient)) continue
      const result = await send(recipient)
      if (result === 'sent') told.add(recipient)
      else if (outcome === 'sent' || result.retry) outcome = result
    }
    return outcome
  }
}
