import { expect, test } from 'vitest'
import type { Alert } from '../model/alert.ts'
import { Labels } from '../model/labels.ts'
import { MemoryStateStore } from '../storage/memory/memory-state-store.ts'
import type { StateStore } from '../storage/state-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { Alerting } from './alerting.ts'
import { parseConfigFile } from './config-file.ts'
import { RecentHistory } from './history.ts'
import { parseMatchers } from './matcher/parse-matchers.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5, 12)

/** Channels that cannot deliver: each call is on record without a network. */
const CONFIG = `
route: {receiver: team, group_by: [alertname], group_wait: 1m, group_interval: 5m, repeat_interval: 4h}
receivers:
  - name: team
    escalation:
      steps:
        - {receiver: first, every: 2m, times: 2}
        - {receiver: second, every: 10m, times: 2}
  - {name: first, sns_configs: [{topic_arn: x}]}
  - {name: second, sns_configs: [{topic_arn: x}]}
`

class Night {
  readonly clock: ManualClock
  readonly registry = new InstrumentRegistry()
  readonly history = new RecentHistory(1_000)
  readonly alerting: Alerting

  private constructor(store: StateStore, clock: ManualClock) {
    const { config, errors } = parseConfigFile(CONFIG)
    if (config === undefined) throw new Error(errors.join('\n'))
    this.clock = clock
    this.alerting = new Alerting(
      { store, clock, logger: silentLogger, registry: this.registry, history: this.history },
      {
        config,
        baseDir: '/',
        externalUrl: 'http://us',
        publicUrl: 'https://us',
        notifyWhenSilenceEnds: true,
        maxSilenceMs: 0,
      },
    )
  }

  static async begin(store: StateStore = new MemoryStateStore(), clock = new ManualClock(START)): Promise<Night> {
    const night = new Night(store, clock)
    await night.alerting.start()
    return night
  }

  fire(name: string, instance = 'a', endsAtMs = START + 600 * MINUTE): void {
    this.alerting.send([
      {
        labels: Labels.from({ alertname: name, instance, severity: 'P1' }),
        annotations: {},
        startsAtMs: START,
        endsAtMs,
        generatorUrl: '',
        updatedAtMs: 0,
      },
    ])
  }

  resolve(name: string): void {
    this.fire(name, 'a', this.clock.now())
  }

  firing(): Alert[] {
    return [...this.alerting.provider.alerts()]
  }

  /** `minute receiver` of each call, in order. */
  calls(): string[] {
    return this.history.events
      .flatMap((event) =>
        event.kind === 'notification' ? [`${(event.timeMs - START) / MINUTE} ${event.receiver}`] : [],
      )
      .toReversed()
  }
}

const SAID = { by: 'ada', comment: 'on it', via: 'page' } as const

test('rings until acknowledged, then the next on the list, then no more', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(60 * MINUTE)
  expect(night.calls()).toEqual(['1 first', '3 first', '5 second', '15 second'])
})

test('whoever acknowledges ends it; when it fires anew it rings anew', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(4 * MINUTE)
  expect(await night.alerting.onCall.acknowledge(night.firing(), SAID)).toHaveLength(1)
  await night.clock.advance(16 * MINUTE)
  expect(night.calls()).toEqual(['1 first', '3 first'])
  night.resolve('Down')
  await night.clock.advance(10 * MINUTE)
  night.fire('Down')
  await night.clock.advance(MINUTE)
  expect(night.calls().length).toBeGreaterThan(2)
  const [told] = night.history.events.filter(({ kind }) => kind === 'acknowledgement')
  expect(told).toMatchObject({ timeMs: START + 4 * MINUTE, by: 'ada', comment: 'on it', via: 'page' })
  const seconds = night.registry
    .snapshot()
    .find(({ metadata }) => metadata.name === 'tetrascope_alert_acknowledgement_seconds')
    ?.samples.find(({ labels }) => labels.metricName.endsWith('_sum'))
  expect(seconds?.value).toBe(240)
})

test('whoever withdraws lets it ring anew from the next interval on', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(2 * MINUTE)
  await night.alerting.onCall.acknowledge(night.firing(), SAID)
  await night.clock.advance(20 * MINUTE)
  expect(night.calls()).toEqual(['1 first'])
  expect(await night.alerting.onCall.withdraw(night.firing(), SAID)).toHaveLength(1)
  expect(await night.alerting.onCall.withdraw(night.firing(), SAID)).toEqual([])
  await night.clock.advance(6 * MINUTE)
  expect(night.calls()).toEqual(['1 first', '26 first', '28 first'])
})

test('what joins an acknowledged group is not acknowledged with it', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(2 * MINUTE)
  await night.alerting.onCall.acknowledge(night.firing(), SAID)
  night.fire('Down', 'b')
  await night.clock.advance(5 * MINUTE)
  expect(night.calls()).toEqual(['1 first', '6 first'])
})

test('what joins a group whose list was gone through is rung for from the beginning', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(40 * MINUTE)
  const before = night.calls()
  night.fire('Down', 'b')
  await night.clock.advance(40 * MINUTE)
  expect(before).toEqual(['1 first', '3 first', '5 second', '15 second'])
  expect(night.calls().slice(before.length)).toEqual(['41 first', '43 first', '45 second', '55 second'])
})

test('a silence quietens the telephone, its end wakes it', async () => {
  const night = await Night.begin()
  night.fire('Down')
  await night.clock.advance(2 * MINUTE)
  const silence = { id: '', startsAtMs: START, endsAtMs: START + 30 * MINUTE, createdBy: 'ada', comment: '' }
  await night.alerting.silences.set({ ...silence, matchers: parseMatchers('alertname=Down') })
  await night.clock.advance(27 * MINUTE)
  expect(night.calls()).toEqual(['1 first'])
  await night.clock.advance(2 * MINUTE)
  expect(night.calls()).toEqual(['1 first', '30 first'])
})

test('a new process goes on where the old one was killed, and knows what was acknowledged', async () => {
  const [store, clock] = [new MemoryStateStore(), new ManualClock(START)]
  const before = await Night.begin(store, clock)
  before.fire('Down')
  before.fire('Slow')
  await clock.advance(4 * MINUTE)
  await before.alerting.onCall.acknowledge(
    before.firing().filter(({ labels }) => labels.get('alertname') === 'Slow'),
    SAID,
  )
  await before.alerting.stop()
  const after = await Night.begin(store, clock)
  after.fire('Down')
  after.fire('Slow')
  await clock.advance(40 * MINUTE)
  expect(after.calls()).toEqual(['5 second', '15 second'])
})

test('a link of ours is known again after a restart, another or an old one not', async () => {
  const [store, clock] = [new MemoryStateStore(), new ManualClock(START)]
  const before = await Night.begin(store, clock)
  const token = before.alerting.onCall.links.url('https://us/', '{}:{alertname="Down"}', clock.now()).split('/').at(-1)
  await before.alerting.stop()
  const after = await Night.begin(store, clock)
  after.fire('Down')
  expect(after.alerting.groupsOfLink(token ?? '')?.map(({ receiver }) => receiver)).toEqual(['team'])
  expect(after.alerting.groupsOfLink(`A${token?.slice(1)}`)).toBeUndefined()
  expect((await Night.begin(new MemoryStateStore(), clock)).alerting.groupsOfLink(token ?? '')).toBeUndefined()
  await clock.advance(8 * 24 * 60 * MINUTE)
  expect(after.alerting.groupsOfLink(token ?? '')).toBeUndefined()
})

test.each([
  ['nobody', 'undefined receiver "nobody" used in escalation'],
  ['team', 'receiver "team" used in escalation has an escalation of its own'],
])('an escalation to %s is refused with its line', (name, problem) => {
  const { errors } = parseConfigFile(CONFIG.replace('receiver: first,', `receiver: ${name},`))
  expect(errors).toEqual([`line 7: receivers.0.escalation.steps.0: ${problem}`])
})
