import type { Contacts } from './config.ts'

/** Entries of one channel in the words of the file. */
type Entries = ReadonlyArray<Readonly<Record<string, unknown>>>
type Channel = 'slack' | 'email' | 'sms' | 'phone'
type Channels = Readonly<Record<Channel, Entries>>

/**
 * Alertmanager's configuration that follows from contacts alone: P1 by telephone, short message and Slack at once; P2 by Slack and mail
 * within five minutes; P3 by Slack in working hours, held until they begin. A level none of whose channels is there takes another one
 * rather than nobody being told. What carries no known level is treated as P2, and `severity: none`, the dead man's switch, is not told.
 */
export function contactRouting(contacts: Contacts): Readonly<Record<string, unknown>> {
  const channels = channelsOf(contacts)
  const calls = channels.phone.map((entry, i) => ({ name: `P1 phone ${i + 1}`, phone_configs: [entry] }))
  const escalation =
    calls.length === 0
      ? {}
      : { escalation: { steps: calls.map(({ name }) => ({ receiver: name, every: '5m', times: 3 })) } }
  return {
    global: contacts.global,
    route: {
      receiver: 'P2',
      group_by: ['alertname'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: [
        { receiver: 'nobody', matchers: ['severity="none"'] },
        {
          receiver: 'P1',
          matchers: ['severity=~"P1|critical"'],
          group_wait: '0s',
          group_interval: '1m',
          repeat_interval: '1h',
        },
        {
          receiver: 'P3',
          matchers: ['severity=~"P3|info"'],
          repeat_interval: '24h',
          active_time_intervals: ['working hours'],
        },
      ],
    },
    receivers: [
      { name: 'nobody' },
      { name: 'P1', ...lists(channels, ['sms', 'slack'], calls.length > 0 ? [] : ['email']), ...escalation },
      { name: 'P2', ...lists(channels, ['slack', 'email'], ['sms', 'phone']) },
      { name: 'P3', ...lists(channels, ['slack'], ['email', 'sms', 'phone']) },
      ...calls,
    ],
    time_intervals: [workingHours(contacts)],
  }
}

/** A text says where; an object says all. */
function channelsOf({ slack, email, sms, phone, provider }: Contacts): Channels {
  const entries = (written: Contacts['slack'], of: (text: string) => Entries[number]): Entries =>
    written.map((entry) => (typeof entry === 'string' ? of(entry) : entry))
  return {
    slack: entries(slack, (api_url) => ({ api_url })).map((entry) => ({ ...SLACK, ...entry })),
    email: entries(email, (to) => ({ to })).map((entry) => ({ send_resolved: true, ...entry })),
    sms: entries(sms, (to) => ({ provider, to: [to] })),
    phone: entries(phone, (to) => ({ provider, to: [to] })),
  }
}

const SLACK = { send_resolved: true, text: '{{ template "tetrascope.slack.text" . }}' }

/** The channels that are there of those wanted; of the others the first that is there where none is. */
function lists(channels: Channels, wanted: readonly Channel[], otherwise: readonly Channel[]) {
  const has = (channel: Channel): boolean => channels[channel].length > 0
  const found = wanted.filter(has)
  const chosen = found.length > 0 ? found : otherwise.filter(has).slice(0, 1)
  return Object.fromEntries(chosen.map((channel) => [`${channel}_configs`, channels[channel]]))
}

function workingHours({ time_zone: location, working_hours: { weekdays, start, end } }: Contacts) {
  const times = [{ start_time: start, end_time: end }]
  return { name: 'working hours', time_intervals: [{ weekdays, times, location }] }
}
