import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../model/alert.ts'
import { Labels } from '../model/labels.ts'
import { MemoryStateStore } from '../storage/memory/memory-state-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { Alerting, type AlertingSettings } from './alerting.ts'
import { DEFAULT_ALERTMANAGER_CONFIG } from './config.ts'
import { parseConfigFile } from './config-file.ts'
import { type AlertHistory, type HistoryEvent, RecentHistory } from './history.ts'
import { parseMatchers } from './matcher/parse-matchers.ts'
import { StoredHistory } from './stored-history.ts'
import { signedUrl } from './receivers/dingtalk/dingtalk.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5, 12)

/**
 * Alerting on a clock that is moved by hand. The receiver has one channel that cannot deliver, so every attempt is on record
 * without a network; what a notification would say is compared elsewhere, with the real Alertmanager.
 */
const CONFIG = `
route: {receiver: r, group_by: [alertname], group_wait: 1m, group_interval: 5m, repeat_interval: 4h}
receivers: [{name: r, sns_configs: [{topic_arn: x}]}]
`

class Stage {
  readonly clock: ManualClock
  readonly history = new RecentHistory(100)
  readonly alerting: Alerting

  constructor(
    config: string | undefined,
    settings: Partial<AlertingSettings> = {},
    surroundings: { history?: AlertHistory; clock?: ManualClock } = {},
  ) {
    this.clock = surroundings.clock ?? new ManualClock(START)
    this.alerting = new Alerting(
      {
        store: new MemoryStateStore(),
        clock: this.clock,
        logger: silentLogger,
        registry: new InstrumentRegistry(),
        history: surroundings.history ?? this.history,
      },
      { ...settingsOf(config), ...settings },
    )
  }

  alert(name: string, startsAtMs = this.clock.now(), endsAtMs = 0): Alert {
    return {
      labels: Labels.from({ alertname: name }),
      annotations: {},
      startsAtMs,
      endsAtMs,
      generatorUrl: '',
      updatedAtMs: 0,
    }
  }

  attempts(): HistoryEvent[] {
    return this.history.events.filter(({ kind }) => kind === 'notification').toReversed()
  }
}

function settingsOf(text: string | undefined): AlertingSettings {
  const { config, errors } = text === undefined ? { config: DEFAULT_ALERTMANAGER_CONFIG } : parseConfigFile(text)
  if (config === undefined) throw new Error(errors.join('\n'))
  return {
    config,
    baseDir: '/',
    externalUrl: 'http://us',
    publicUrl: 'https://us',
    notifyWhenSilenceEnds: true,
    maxSilenceMs: 0,
  }
}

describe('without configuration', () => {
  test('alerts are grouped, shown and remembered, and nobody is told', async () => {
    const stage = new Stage(undefined)
    await stage.alerting.start()
    const end = START + 60 * MINUTE
    expect(stage.alerting.send([stage.alert('A', START, end), stage.alert('B', START, end)])).toEqual([])
    await stage.clock.advance(10 * MINUTE)
    const groups = stage.alerting.dispatcher.groups(
      () => true,
      () => true,
    )
    expect(groups.map(({ receiver, labels }) => [receiver, labels.toString()])).toEqual([
      ['page', '{alertname="A"}'],
      ['page', '{alertname="B"}'],
    ])
    expect(stage.attempts()).toEqual([])
  })
})

describe('alerts that come in', () => {
  test('without an end resolve when nobody sends them any more', async () => {
    const stage = new Stage(CONFIG)
    stage.alerting.send([stage.alert('A')])
    const [alert] = stage.alerting.provider.alerts()
    expect(alert).toMatchObject({ startsAtMs: START, endsAtMs: START + 5 * MINUTE, timeout: true })
  })

  test('the earliest start stays, and a later end that was said', async () => {
    const stage = new Stage(CONFIG)
    stage.alerting.send([stage.alert('A', START - MINUTE, START + 20 * MINUTE)])
    await stage.clock.advance(MINUTE)
    stage.alerting.send([stage.alert('A', START, START + 10 * MINUTE)])
    const [alert] = stage.alerting.provider.alerts()
    expect(alert).toMatchObject({ startsAtMs: START - MINUTE, endsAtMs: START + 20 * MINUTE })
  })

  test('invalid ones are refused and do not keep out the others', () => {
    const stage = new Stage(CONFIG)
    const bad = { ...stage.alert('A'), labels: Labels.empty }
    const backwards = stage.alert('B', START + 10, START - 10)
    expect(stage.alerting.send([bad, stage.alert('C'), backwards])).toEqual([
      'at least one label pair required',
      'start time must be before end time',
    ])
    expect([...stage.alerting.provider.alerts()].map(({ labels }) => labels.get('alertname'))).toEqual(['C'])
  })

  test('resolved ones are forgotten in the end', async () => {
    const stage = new Stage(CONFIG)
    await stage.alerting.start()
    stage.alerting.send([stage.alert('A')])
    await stage.clock.advance(31 * MINUTE)
    expect([...stage.alerting.provider.alerts()]).toEqual([])
  })
})

test('a channel that refuses is on record, and asked again at the next interval', async () => {
  const stage = new Stage(CONFIG)
  await stage.alerting.start()
  stage.alerting.send([stage.alert('A', START, START + 60 * MINUTE)])
  await stage.clock.advance(7 * MINUTE)
  expect(stage.attempts()).toMatchObject([
    { receiver: 'r', channel: 'sns', reason: 'first notification', outcome: 'failed', timeMs: START + MINUTE },
    { reason: 'first notification', outcome: 'failed', timeMs: START + 6 * MINUTE },
  ])
})

describe('status', () => {
  test('names the silences and the source of an inhibition', async () => {
    const stage = new Stage(
      `${CONFIG}\ninhibit_rules: [{source_matchers: [alertname=Source], target_matchers: [alertname=A]}]\n`,
    )
    await stage.alerting.start()
    stage.alerting.send([stage.alert('A'), stage.alert('Source')])
    const find = (name: string) =>
      [...stage.alerting.provider.alerts()].find(({ labels }) => labels.get('alertname') === name)
    const [target, source] = [find('A'), find('Source')]
    if (target === undefined || source === undefined) throw new Error('both were sent')
    expect(stage.alerting.status(target)).toEqual({ state: 'suppressed', silencedBy: [], inhibitedBy: [source.labels] })
    expect(stage.alerting.status(source).state).toBe('active')
    const id = await stage.alerting.silences.set({
      id: '',
      matchers: parseMatchers('alertname=Source'),
      startsAtMs: START,
      endsAtMs: START + MINUTE,
      createdBy: '',
      comment: '',
    })
    expect(stage.alerting.status(source)).toEqual({ state: 'suppressed', silencedBy: [id], inhibitedBy: [] })
  })
})

describe('what happened', () => {
  test('when an alert fired and when it ended is kept over a restart', async () => {
    const store = new MemoryStateStore()
    const clock = new ManualClock(START)
    const history = new StoredHistory({ store, clock, logger: silentLogger, capacity: 3 })
    const stage = new Stage(undefined, {}, { history, clock })
    await stage.alerting.start()
    stage.alerting.send([stage.alert('A', START, START + 2 * MINUTE)])
    await clock.advance(5 * MINUTE)
    const again = new StoredHistory({ store, clock, logger: silentLogger, capacity: 3 })
    await again.start()
    expect(again.events).toMatchObject([
      { kind: 'alert', state: 'resolved', timeMs: START + 2 * MINUTE, labels: { alertname: 'A' } },
      { kind: 'alert', state: 'firing', timeMs: START },
    ])
    expect(again.page({ kind: 'notification' }, 10).events).toEqual([])
    expect(again.page({ text: 'RESOLVED', fromMs: START }, 10).events).toHaveLength(1)
    stage.alerting.send([stage.alert('B'), stage.alert('C')])
    expect(history.events).toHaveLength(3)
  })

  test('a silence over firing alerts is announced to end', async () => {
    const stage = new Stage(undefined, { silenceNoticeMs: 10 * MINUTE })
    await stage.alerting.start()
    stage.alerting.send([stage.alert('A', START, START + 600 * MINUTE)])
    await stage.alerting.silences.set({
      id: '',
      matchers: parseMatchers('alertname=A'),
      startsAtMs: START,
      endsAtMs: START + 60 * MINUTE,
      createdBy: 'me',
      comment: 'maintenance',
    })
    const notices = (): string[] =>
      [...stage.alerting.provider.alerts()].flatMap(({ labels, annotations }) =>
        labels.get('alertname') === 'SilenceEndsSoon' ? [annotations.summary ?? ''] : [],
      )
    await stage.clock.advance(45 * MINUTE)
    expect(notices()).toEqual([])
    await stage.clock.advance(10 * MINUTE)
    expect(notices()).toEqual(['A silence over 1 firing alert ends soon: alertname="A"'])
  })
})

test('a template file that is broken keeps the settings that were', async () => {
  const stage = new Stage(CONFIG)
  await stage.alerting.start()
  const folder = mkdtempSync(path.join(tmpdir(), 'templates-'))
  writeFileSync(path.join(folder, 'broken.tmpl'), '{{ define "x" }}{{ foo }}{{ end }}')
  const broken = { ...settingsOf(CONFIG.replace('route:', 'templates: ["*.tmpl"]\nroute:')), baseDir: folder }
  await expect(stage.alerting.reload(broken)).rejects.toThrow('template: broken.tmpl:1: function "foo" not defined')
  rmSync(folder, { recursive: true })
  stage.alerting.send([stage.alert('A', START, START + 60 * MINUTE)])
  await stage.clock.advance(2 * MINUTE)
  expect(stage.attempts()).toHaveLength(1)
})

test('DingTalk signs time and secret', () => {
  const url = new URL(signedUrl('https://oapi.dingtalk.com/robot/send?access_token=t', 'SEC1', 1_700_000_000_000))
  const sign = createHmac('sha256', 'SEC1').update('1700000000000\nSEC1').digest('base64')
  expect(Object.fromEntries(url.searchParams)).toEqual({ access_token: 't', timestamp: '1700000000000', sign })
})
