import { describe, expect, test } from 'vitest'
import { pick, seededRandom } from '../../src/util/random.ts'
import { play, type Received, type SentAlert, type Step, type Timeline } from '../support/alert-timeline.ts'
import { hasProgram } from '../support/peer.ts'

/**
 * The same configuration and the same timeline go to Debian's Alertmanager and to us; what arrives at a webhook must be the same:
 * receivers, group keys, alerts, states, order and number, bodies byte for byte, times within a tolerance.
 * Alertmanager knows no other clock than the real one, so both live in real time, all timelines side by side.
 */

/** Both share two cores with each other and all the other timelines. */
const TOLERANCE_SECONDS = 0.7

const BASE = `
global: {resolve_timeout: 3s}
receivers:
- name: hook
  webhook_configs: [{url: 'WEBHOOK/hook'}]
- name: other
  webhook_configs: [{url: 'WEBHOOK/other'}]
- name: quiet
  webhook_configs: [{url: 'WEBHOOK/quiet', send_resolved: false}]
- name: two
  webhook_configs: [{url: 'WEBHOOK/first'}, {url: 'WEBHOOK/second', send_resolved: false}]
- name: few
  webhook_configs: [{url: 'WEBHOOK/few', max_alerts: 1}]
- name: none
`

function route(options: string, routes: readonly string[] = [], rest = ''): string {
  const children = routes.length === 0 ? '' : `  routes:\n${routes.map((child) => `  - {${child}}\n`).join('')}`
  const defaults = { receiver: 'hook', group_wait: '1s', group_interval: '1s', repeat_interval: '1h' }
  const written = Object.entries(defaults).filter(([key]) => !options.includes(`${key}:`))
  return `route:\n  ${[options, ...written.map(([key, value]) => `${key}: ${value}`)].filter(Boolean).join('\n  ')}\n${children}${rest}${BASE}`
}

const BY_NAME = 'group_by: [alertname]'

/** `A{instance=1}` as an alert. */
function alert(text: string, times: Omit<SentAlert, 'labels'> = {}): SentAlert {
  const [, name = '', inner = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(text) ?? []
  const pairs = inner === '' ? [] : inner.split(',').map((pair) => pair.split('='))
  const labels = Object.fromEntries([['alertname', name], ...pairs]) as Record<string, string>
  return { labels, startsAt: 0, ...times }
}

/** Sends firing alerts; they end by `resolve_timeout` of 3 s unless they are sent again. */
function fire(at: number, ...alerts: string[]): Step {
  return { at, do: 'send', alerts: alerts.map((text) => alert(text)) }
}

/** Sends alerts that are said to last, as Prometheus does. */
function hold(at: number, ...alerts: string[]): Step {
  return { at, do: 'send', alerts: alerts.map((text) => alert(text, { endsAt: at + 60 })) }
}

function resolve(at: number, ...alerts: string[]): Step {
  return { at, do: 'send', alerts: alerts.map((text) => alert(text, { endsAt: at })) }
}

function silence(at: number, matchers: string, from: number, to: number, name = 's'): Step {
  return { at, do: 'silence', name, matchers, from, to }
}

const INHIBIT = `inhibit_rules:
- source_matchers: [severity=critical]
  target_matchers: [severity=warning]
  equal: [node]
`

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

type Case = readonly [name: string, config: string, steps: readonly Step[], forSeconds: number]

const CASES: readonly Case[] = [
  // GROUPING
  ['one alert waits for group_wait', route(BY_NAME), [hold(0, 'A')], 3],
  ['alerts of one group go together', route(BY_NAME), [hold(0, 'A{i=1}', 'A{i=2}'), hold(0.5, 'A{i=3}')], 3],
  ['groups by name go apart', route(BY_NAME), [hold(0, 'A{i=1}', 'B{i=1}')], 3],
  ['without group_by all are one group', route(''), [hold(0, 'A{i=1}', 'B{i=1}')], 3],
  ['group_by all', route("group_by: ['...']"), [hold(0, 'A{i=1}', 'A{i=2}')], 3],
  ['group_by a label that is absent', route('group_by: [alertname, zone]'), [hold(0, 'A{zone=x}', 'A{i=2}')], 3],
  ['a new alert waits for group_interval', route(BY_NAME), [hold(0, 'A{i=1}'), hold(1.5, 'A{i=2}')], 4],
  [
    'an alert that began long ago does not wait',
    route(`${BY_NAME}\n  group_wait: 3s`),
    [{ at: 0, do: 'send', alerts: [alert('A', { startsAt: -60, endsAt: 60 })] }],
    3,
  ],
  ['group_wait 0', route(`${BY_NAME}\n  group_wait: 0s`), [hold(0.5, 'A')], 2],
  [
    'the order of alerts',
    route(''),
    [hold(0, 'C{job=b,instance=2}', 'B{job=b,instance=1}', 'A{zone=z}', 'D{job=a}', 'E{instance=0}')],
    3,
  ],
  // REPEAT
  ['the same again is not told again', route(BY_NAME), [hold(0, 'A'), hold(1.5, 'A'), hold(2.5, 'A')], 5],
  ['repeat_interval', route(`${BY_NAME}\n  repeat_interval: 1500ms`), [hold(0, 'A')], 7],
  [
    'new annotations are no news',
    route(BY_NAME),
    [hold(0, 'A'), { at: 1.5, do: 'send', alerts: [alert('A', { endsAt: 60, annotations: { a: 'b' } })] }],
    4,
  ],
  // RESOLVE
  ['resolved is told', route(BY_NAME), [hold(0, 'A'), resolve(1.5, 'A')], 4],
  ['one of two resolves', route(BY_NAME), [hold(0, 'A{i=1}', 'A{i=2}'), resolve(1.5, 'A{i=1}')], 4],
  [
    'resolved before group_wait is never told',
    route(`${BY_NAME}\n  group_wait: 2s`),
    [hold(0, 'A'), resolve(1, 'A')],
    5,
  ],
  [
    'resolved and firing again',
    route(BY_NAME),
    [hold(0, 'A'), resolve(1.5, 'A'), { at: 3.5, do: 'send', alerts: [alert('A', { startsAt: 3, endsAt: 60 })] }],
    6,
  ],
  [
    'resolved between two flushes',
    route(`${BY_NAME}\n  group_interval: 3s`),
    [hold(0, 'A'), resolve(1.5, 'A'), { at: 2.5, do: 'send', alerts: [alert('A', { startsAt: 2, endsAt: 60 })] }],
    6,
  ],
  ['resolve_timeout', route(BY_NAME), [fire(0, 'A')], 6],
  ['sent again in time does not time out', route(BY_NAME), [fire(0, 'A'), fire(2, 'A'), fire(4, 'A')], 8.5],
  ['an end in the future', route(BY_NAME), [{ at: 0, do: 'send', alerts: [alert('A', { endsAt: 2.5 })] }], 6],
  [
    'an end that moves',
    route(BY_NAME),
    [
      { at: 0, do: 'send', alerts: [alert('A', { endsAt: 2.5 })] },
      { at: 1, do: 'send', alerts: [alert('A', { endsAt: 4.5 })] },
    ],
    7,
  ],
  ['send_resolved false', route(`${BY_NAME}\n  receiver: quiet`), [hold(0, 'A'), resolve(1.5, 'A')], 4],
  [
    'send_resolved false, one of two',
    route(`${BY_NAME}\n  receiver: quiet`),
    [hold(0, 'A{i=1}', 'A{i=2}'), resolve(1.5, 'A{i=1}'), hold(2.5, 'A{i=3}')],
    5,
  ],
  ['resolved alone is not told', route(BY_NAME), [resolve(0.2, 'A')], 3],
  // ROUTES
  ['a child route', route(BY_NAME, ['matchers: [team=ai], receiver: other']), [hold(0, 'A{team=ai}', 'A{team=x}')], 3],
  [
    'the first match only',
    route(BY_NAME, ['matchers: [team=ai], receiver: other', 'matchers: [team=~"a.*"], receiver: quiet']),
    [hold(0, 'A{team=ai}')],
    3,
  ],
  [
    'continue',
    route(BY_NAME, [
      'matchers: [team=ai], receiver: other, continue: true',
      'matchers: [team=~"a.*"], receiver: quiet',
    ]),
    [hold(0, 'A{team=ai}')],
    3,
  ],
  [
    'continue to the parent only when nothing matches',
    route(BY_NAME, ['matchers: [team=ai], receiver: other, continue: true']),
    [hold(0, 'A{team=ai}', 'B{team=x}')],
    3,
  ],
  [
    'nested routes',
    route(BY_NAME, ['matchers: [team=ai], receiver: other, routes: [{matchers: [severity=page], receiver: quiet}]']),
    [hold(0, 'A{team=ai}', 'B{team=ai,severity=page}')],
    3,
  ],
  [
    'inherited and own grouping',
    route(BY_NAME, ['matchers: [team=ai], receiver: other, group_by: [zone]', 'matchers: [team=x], receiver: quiet']),
    [hold(0, 'A{team=ai,zone=1}', 'B{team=ai,zone=1}', 'A{team=x}', 'B{team=x}')],
    3,
  ],
  [
    'own intervals',
    route(BY_NAME, ['matchers: [team=ai], group_wait: 2s, group_interval: 2s']),
    [hold(0, 'A{team=ai}', 'B'), hold(2.5, 'A{team=ai,i=2}', 'B{i=2}')],
    6,
  ],
  [
    'all four kinds of matchers',
    route(BY_NAME, [
      'matchers: [a="1"], receiver: other',
      'matchers: [b!="1", c=~".+"], receiver: quiet',
      'matchers: [d!~"x.*", d=~".+"], receiver: few',
    ]),
    [hold(0, 'A{a=1}', 'B{b=2,c=x}', 'C{d=y}', 'D{d=xx}')],
    3,
  ],
  [
    'match and match_re',
    route(BY_NAME, ['match: {team: ai}, receiver: other', 'match_re: {team: "x|y"}, receiver: quiet']),
    [hold(0, 'A{team=ai}', 'B{team=y}', 'C{team=yy}')],
    3,
  ],
  [
    'the same matchers twice',
    route(BY_NAME, ['matchers: [team=ai], receiver: other, continue: true', 'matchers: [team=ai], receiver: quiet']),
    [hold(0, 'A{team=ai}'), resolve(1.5, 'A{team=ai}')],
    4,
  ],
  ['two channels in a receiver', route(`${BY_NAME}\n  receiver: two`), [hold(0, 'A'), resolve(1.5, 'A')], 4],
  ['max_alerts', route('receiver: few'), [hold(0, 'A{i=1}', 'A{i=2}', 'A{i=3}')], 3],
  ['a receiver without channels', route(`${BY_NAME}\n  receiver: none`), [hold(0, 'A')], 2],
  // INHIBITION
  [
    'inhibited',
    route(BY_NAME, [], INHIBIT),
    [hold(0, 'A{severity=critical,node=1}', 'B{severity=warning,node=1}', 'B{severity=warning,node=2}')],
    3,
  ],
  [
    'told when the source resolves',
    route(BY_NAME, [], INHIBIT),
    [hold(0, 'A{severity=critical,node=1}', 'B{severity=warning,node=1}'), resolve(2, 'A{severity=critical,node=1}')],
    5,
  ],
  [
    'inhibited after it was told',
    route(BY_NAME, [], INHIBIT),
    [
      hold(0, 'B{severity=warning,node=1}'),
      hold(1.5, 'A{severity=critical,node=1}'),
      resolve(3, 'B{severity=warning,node=1}'),
    ],
    6,
  ],
  [
    'resolved while inhibited, then the source resolves',
    route(BY_NAME, [], INHIBIT),
    [
      hold(0, 'B{severity=warning,node=1}'),
      hold(1.5, 'A{severity=critical,node=1}'),
      resolve(2.5, 'B{severity=warning,node=1}'),
      resolve(3.5, 'A{severity=critical,node=1}'),
    ],
    6,
  ],
  [
    'equal on a label that both lack',
    route(BY_NAME, [], INHIBIT),
    [hold(0, 'A{severity=critical}', 'B{severity=warning}')],
    3,
  ],
  [
    'an alert that is source and target',
    route(BY_NAME, [], 'inhibit_rules:\n- {source_matchers: [x=~".+"], target_matchers: [x=~".+"], equal: [node]}\n'),
    [hold(0, 'A{x=1,node=1}', 'B{x=2,node=1}')],
    3,
  ],
  [
    'one of a group is inhibited',
    route('', [], INHIBIT),
    [hold(0, 'A{severity=critical,node=1}', 'B{severity=warning,node=1}', 'C{severity=warning,node=2}')],
    3,
  ],
  // SILENCES
  ['silenced', route(BY_NAME), [silence(0, 'alertname=A', 0.1, 60), hold(0.3, 'A', 'B')], 3],
  ['told when the silence ends', route(BY_NAME), [silence(0, 'alertname=A', 0.1, 3), hold(0.3, 'A')], 6],
  [
    'told when the silence is taken away',
    route(BY_NAME),
    [silence(0, 'alertname=A', 0.1, 60), hold(0.3, 'A'), { at: 2.5, do: 'unsilence', name: 's' }],
    5,
  ],
  [
    'a silence that begins later',
    route(BY_NAME),
    [silence(0, 'alertname=A', 2.2, 60), hold(0.3, 'A{i=1}'), hold(2.6, 'A{i=2}')],
    5,
  ],
  [
    'silenced after it was told, resolves in silence',
    route(BY_NAME),
    [hold(0, 'A'), silence(1.5, 'alertname=A', 1.6, 60), resolve(2, 'A')],
    5,
  ],
  [
    'resolves in silence, told after it',
    route(BY_NAME),
    [hold(0, 'A'), silence(1.5, 'alertname=A', 1.6, 4), resolve(2, 'A')],
    6.5,
  ],
  ['told, silenced, still firing after it', route(BY_NAME), [hold(0, 'A'), silence(1.5, 'alertname=A', 1.6, 3)], 6],
  [
    'a silence that is made longer',
    route(BY_NAME),
    [silence(0, 'alertname=A', 0.1, 2), hold(0.3, 'A'), silence(1.3, 'alertname=A', 0.1, 4)],
    6.5,
  ],
  [
    'a silence with other matchers takes the place',
    route(BY_NAME),
    [silence(0, 'alertname=A', 0.1, 60), hold(0.3, 'A', 'B'), silence(1.6, 'alertname=B', 1.7, 60)],
    4,
  ],
  [
    'matchers of a silence',
    route(BY_NAME),
    [silence(0, 'alertname=~"A|B",zone!=x', 0.1, 60), hold(0.3, 'A{zone=x}', 'A{zone=y}', 'B', 'C')],
    3,
  ],
  // TIME
  [
    'muted by time',
    route(
      BY_NAME,
      ['matchers: [team=ai], mute_time_intervals: [always]'],
      'time_intervals: [{name: always, time_intervals: [{}]}]\n',
    ),
    [hold(0, 'A{team=ai}', 'B')],
    3,
  ],
  [
    'active only at another time',
    route(
      BY_NAME,
      ['matchers: [team=ai], active_time_intervals: [past]'],
      "time_intervals: [{name: past, time_intervals: [{years: ['2000']}]}]\n",
    ),
    [hold(0, 'A{team=ai}', 'B')],
    3,
  ],
  [
    'active now',
    route(
      BY_NAME,
      ['matchers: [team=ai], active_time_intervals: [past, now]'],
      "time_intervals: [{name: past, time_intervals: [{years: ['2000']}]}, {name: now, time_intervals: [{years: ['2000:2100']}]}]\n",
    ),
    [hold(0, 'A{team=ai}', 'B')],
    3,
  ],
  // RELOAD AND RESTART
  [
    'a reload in the middle tells nothing twice',
    route(BY_NAME),
    [hold(0, 'A'), { at: 2, do: 'reload', config: route(BY_NAME) }],
    5,
  ],
  [
    'a reload to another receiver',
    route(BY_NAME),
    [hold(0, 'A'), { at: 2, do: 'reload', config: route(`${BY_NAME}\n  receiver: other`) }],
    5,
  ],
  [
    'a reload to another grouping',
    route(BY_NAME),
    [hold(0, 'A{zone=1}'), { at: 2, do: 'reload', config: route('group_by: [zone]') }],
    5,
  ],
  [
    'resolved after a reload',
    route(BY_NAME),
    [hold(0, 'A'), { at: 2, do: 'reload', config: route(BY_NAME) }, resolve(3.5, 'A')],
    6.5,
  ],
  ['a restart tells nothing twice', route(BY_NAME), [hold(0, 'A'), { at: 2, do: 'restart' }, hold(3.5, 'A')], 6.5],
  [
    'resolved after a restart',
    route(BY_NAME),
    [hold(0, 'A'), { at: 2, do: 'restart' }, hold(3.5, 'A'), resolve(4, 'A')],
    7,
  ],
  [
    'a silence outlives a restart',
    route(BY_NAME),
    [silence(0, 'alertname=A', 0.1, 60), { at: 0.5, do: 'restart' }, hold(2, 'A', 'B')],
    5,
  ],
]

/** On a machine that is busy with other tests either of the two may be late by more than the tolerance; a difference that is real stays. */
const PATIENCE = { timeout: 60_000, retry: 2 }

describe
  .skipIf(!hasProgram('prometheus-alertmanager'))
  .concurrent('the same timeline to Alertmanager and to us', () => {
    test.each(CASES)('%s', PATIENCE, async (_name, config, steps, forSeconds) => {
      await compare({ config, steps, forSeconds })
    })

    test.each(SEEDS)('a random timeline, seed %i', PATIENCE, async (seed) => {
      await compare(randomTimeline(seed))
    })

    test('a receiver that fails at first', PATIENCE, async () => {
      await compare({ config: route(BY_NAME), steps: [hold(0, 'A')], forSeconds: 4 }, (count) =>
        count === 1 ? 500 : 200,
      )
    })

    test('a receiver that refuses is asked again at the next interval', PATIENCE, async () => {
      await compare({ config: route(BY_NAME), steps: [hold(0, 'A')], forSeconds: 5.5 }, (count) =>
        count <= 2 ? 400 : 200,
      )
    })
  })

/**
 * A timeline from a seed. All groups begin at 0, so that they flush at full seconds, and everything else happens at half seconds: a
 * step at the moment of a flush, or a repeat interval that ends there, could fall on either side of it.
 */
function randomTimeline(seed: number): Timeline {
  const random = seededRandom(seed)
  const one = <T>(...items: readonly T[]): T => pick(random, items)
  const severities = ['critical', 'warning']
  const instances = ['A', 'B'].flatMap((name) =>
    severities.flatMap((severity) => ['1', '2'].map((node) => `${name}{severity=${severity},node=${node}}`)),
  )
  const options = [BY_NAME, `group_interval: ${one('1s', '2s')}`, `repeat_interval: ${one('2500ms', '3500ms', '1h')}`]
  const routes = one<readonly string[]>(
    [],
    ['matchers: [node="1"], receiver: other, continue: true', 'matchers: [severity=critical], receiver: quiet'],
    ['matchers: [severity=warning], receiver: two, routes: [{matchers: [node="2"], receiver: quiet}]'],
  )
  const steps: Step[] = [hold(0, ...instances)]
  for (let at = 1.5; at < 7; at += 1) {
    const some = instances.filter(() => random() < 0.4)
    const what = one('hold', 'resolve', 'hold', 'resolve', 'silence')
    if (what === 'silence') {
      steps.push(silence(at, one('node=1', 'severity=critical', 'alertname=A'), at + 0.1, at + one(1, 2, 3), `s${at}`))
    } else if (some.length > 0) steps.push(what === 'hold' ? hold(at, ...some) : resolve(at, ...some))
  }
  return { config: route(options.join('\n  '), routes, random() < 0.5 ? INHIBIT : ''), steps, forSeconds: 9.5 }
}

async function compare(timeline: Timeline, answer?: (count: number) => number): Promise<void> {
  const { theirs, ours } = await play(timeline, answer)
  expect(comparable(ours)).toEqual(comparable(theirs))
  const times = (received: readonly Received[]): number[] => ordered(received).map(({ at }) => at)
  times(theirs).forEach((at, i) => expect(Math.abs((times(ours)[i] ?? Infinity) - at)).toBeLessThan(TOLERANCE_SECONDS))
}

/** Notifications to different places at the same moment come in any order; those to one place about one group do not. */
function ordered(received: readonly Received[]): Received[] {
  const place = ({ path, message }: Received): string => `${path} ${message.groupKey}`
  return received.toSorted((a, b) => place(a).localeCompare(place(b)) || a.at - b.at)
}

function comparable(received: readonly Received[]): unknown[] {
  return ordered(received).map(({ path, message }) => ({ path, message: withoutMoments(message) }))
}

/** An end by timeout is a moment after each one's own arrival; an end that was said is compared as it is. */
function withoutMoments(message: Received['message']): unknown {
  const alerts = message.alerts.map((item) => ({
    ...item,
    endsAt: item.endsAt.startsWith('0001') ? 'never' : item.endsAt.slice(0, 16),
  }))
  return { ...message, alerts }
}
