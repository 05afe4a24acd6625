import { z } from 'zod'
import { textOr } from '../config-values.ts'
import { listOf, text } from '../../util/yaml-values.ts'

const one = z.union([z.string().min(1), z.record(z.string(), z.unknown())])

/** One or several, each a text or an object in the words of the channel's `<name>_configs`. */
const some = z.union([one.transform((value) => [value]), z.array(one)]).default([])

/** `alerting.contacts`: who is reached how; the routing of the three levels follows from it. Used where no `alertmanager:` file is named. */
export const contactsConfig = z.strictObject({
  /** A webhook's URL, or a `slack_configs` entry. */
  slack: some,
  /** An address, or an `email_configs` entry. */
  email: some,
  /** A number, or an `sms_configs` entry. */
  sms: some,
  /** A number, or a `phone_configs` entry. One is called after the other, in this order, until somebody acknowledges. */
  phone: some,
  /** For the numbers of `sms` and `phone`. */
  provider: z.enum(['twilio', 'aliyun', 'http']).default('twilio'),
  /** Alertmanager's `global:` for servers and keys: `smtp_smarthost`, `twilio_account_sid` and so on. */
  global: z.record(z.string(), z.unknown()).default({}),
  /** An IANA name; of the working hours and nothing else. */
  time_zone: textOr('UTC'),
  /** When P3 is told; until they begin it is held. */
  working_hours: z
    .strictObject({ weekdays: listOf(text), start: textOr('09:00'), end: textOr('18:00') })
    .prefault({})
    .transform(({ weekdays, ...hours }) => ({
      ...hours,
      weekdays: weekdays.length > 0 ? weekdays : ['monday:friday'],
    })),
})

export type Contacts = z.output<typeof contactsConfig>
