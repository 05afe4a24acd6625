import type { HttpPost } from './http-sender.ts'

export interface TwilioAccount {
  readonly apiUrl: string
  readonly sid: string
  readonly token: string
}

/** A form to one of an account's resources (https://www.twilio.com/docs/usage/requests-to-twilio). */
export function twilioRequest(
  resource: 'Messages' | 'Calls',
  account: TwilioAccount,
  form: Readonly<Record<string, string>>,
): HttpPost {
  return {
    url: `${account.apiUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${account.sid}/${resource}.json`,
    body: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${account.sid}:${account.token}`).toString('base64')}`,
    },
  }
}
