import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AlertmanagerConfig } from './config.ts'

/** What Twilio sends us about a call. */
export interface TwilioCallback {
  /** Exactly as Twilio was told it. */
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  /** `X-Twilio-Signature`; '' when there is none. */
  readonly signature: string
}

interface Account {
  readonly sid: string
  readonly token: () => Promise<string>
}

/** Tells callbacks of Twilio from those of others, by the tokens of the accounts that `phone_configs` call from. */
export class TwilioCallbacks {
  readonly #accounts: readonly Account[]

  /** `secret` gives a secret as it is written, or from its file. */
  constructor({ receivers }: AlertmanagerConfig, secret: (written: string, file: string) => Promise<string>) {
    this.#accounts = receivers
      .flatMap(({ integrations }) => integrations)
      .flatMap(({ channel, config }) =>
        channel === 'phone' && config.provider === 'twilio'
          ? [{ sid: config.account_sid, token: () => secret(config.auth_token, config.auth_token_file) }]
          : [],
      )
  }

  /** Without an account nothing can be checked, and the signed link alone says that the caller may. */
  async isGenuine({ url, form, signature }: TwilioCallback): Promise<boolean> {
    if (this.#accounts.length === 0) return true
    for (const { sid, token } of this.#accounts) {
      if (sid === form.AccountSid && isEqual(twilioSignature(await token(), url, form), signature)) return true
    }
    return false
  }
}

/** HMAC-SHA1 over the address and the fields in the order of their names (https://www.twilio.com/docs/usage/webhooks/webhooks-security). */
export function twilioSignature(token: string, url: string, form: Readonly<Record<string, string>>): string {
  const names = Object.keys(form).sort()
  const signed = url + names.map((name) => name + (form[name] ?? '')).join('')
  return createHmac('sha1', token).update(signed).digest('base64')
}

function isEqual(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
