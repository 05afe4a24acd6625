import { z } from 'zod'
import { texts } from '../util/yaml-values.ts'
import { type GlobalConfig, globalConfig } from './global-config.ts'
import { inhibitRuleConfig, type InhibitRule } from './inhibit/config.ts'
import { completeReceiver, receiverConfig, type ReceiverConfig } from './receiver-config.ts'
import { ReceiverConfigError } from './receiver.ts'
import { routeConfig, type RouteConfig } from './route-config.ts'
import { namedTimeIntervals } from './timeinterval/config.ts'
import type { TimeInterval } from './timeinterval/time-interval.ts'

/** Alertmanager's configuration, complete: every receiver knows what it took from `global`. Never changed. */
export interface AlertmanagerConfig {
  readonly global: GlobalConfig
  readonly route: RouteConfig
  readonly receivers: readonly ReceiverConfig[]
  readonly inhibitRules: readonly InhibitRule[]
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  /** Globs of template files. */
  readonly templates: readonly string[]
}

const written = z.strictObject({
  global: globalConfig.nullish(),
  route: routeConfig.nullish(),
  inhibit_rules: z.array(inhibitRuleConfig).nullish(),
  receivers: z.array(receiverConfig).nullish(),
  templates: texts,
  mute_time_intervals: z.array(namedTimeIntervals('mute time interval')).nullish(),
  time_intervals: z.array(namedTimeIntervals('time interval')).nullish(),
  // Known to Alertmanager and without meaning here: our own telemetry and history take their place.
  tracing: z.unknown().optional(),
  event_recorder: z.unknown().optional(),
})

type Written = z.output<typeof written>

/**
 * `alertmanager:` the content of an Alertmanager configuration file (https://prometheus.io/docs/alerting/latest/configuration/),
 * with `dingtalk_configs`, `feishu_configs`, `phone_configs`, `sms_configs` and `wecom_configs` added. Messages are Alertmanager's.
 */
export const alertmanagerConfig = written.transform((value, context): AlertmanagerConfig => {
  const fail = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message })
  const global = value.global ?? globalConfig.parse({})
  const receivers = completeReceivers(value, global, fail)
  const timeIntervals = collectTimeIntervals(value, fail)
  checkEscalations(receivers, fail)
  checkRoot(value.route, fail)
  if (value.route) checkRoute(value.route, ['route'], { receivers, timeIntervals, fail })
  return {
    global,
    route: value.route ?? EMPTY_ROUTE,
    receivers,
    inhibitRules: value.inhibit_rules ?? [],
    timeIntervals,
    templates: value.templates,
  }
})

type Fail = (path: PropertyKey[], message: string) => void

function completeReceivers(value: Written, global: GlobalConfig, fail: Fail): ReceiverConfig[] {
  const receivers = value.receivers ?? []
  return receivers.map((receiver, i) => {
    if (receivers.findIndex(({ name }) => name === receiver.name) < i) {
      fail(['receivers', i], `notification config name ${JSON.stringify(receiver.name)} is not unique`)
    }
    try {
      return completeReceiver(receiver, global)
    } catch (error) {
      if (!(error instanceof ReceiverConfigError)) throw error
      fail(['receivers', i], error.message)
      return receiver
    }
  })
}

/** Whom an escalation calls must exist, and call nobody on their own, which could go round in a circle. */
function checkEscalations(receivers: readonly ReceiverConfig[], fail: Fail): void {
  receivers.forEach(({ escalation }, i) =>
    escalation?.steps.forEach(({ receiver: name }, position) => {
      const path = ['receivers', i, 'escalation', 'steps', position]
      const called = receivers.find((receiver) => receiver.name === name)
      if (called === undefined) fail(path, `undefined receiver ${JSON.stringify(name)} used in escalation`)
      if (called?.escalation !== undefined)
        fail(path, `receiver ${JSON.stringify(name)} used in escalation has an escalation of its own`)
    }),
  )
}

function collectTimeIntervals(value: Written, fail: Fail): ReadonlyMap<string, readonly TimeInterval[]> {
  const found = new Map<string, readonly TimeInterval[]>()
  for (const key of ['mute_time_intervals', 'time_intervals'] as const) {
    const what = key === 'time_intervals' ? 'time interval' : 'mute time interval'
    for (const [i, { name, time_intervals }] of (value[key] ?? []).entries()) {
      if (found.has(name)) fail([key, i], `${what} ${JSON.stringify(name)} is not unique`)
      found.set(name, time_intervals)
    }
  }
  return found
}

function checkRoot(route: RouteConfig | null | undefined, fail: Fail): void {
  if (!route) return fail([], 'no route provided in config')
  const path = ['route']
  if (route.receiver === '') fail(path, 'root route must specify a default receiver')
  if (route.matchers.length > 0) fail(path, 'root route must not have any matchers')
  if (route.muteTimeIntervals.length > 0) fail(path, 'root route must not have any mute time intervals')
  if (route.activeTimeIntervals.length > 0) fail(path, 'root route must not have any active time intervals')
  if (route.continue) fail(path, 'cannot have continue in root route')
}

interface Known {
  readonly receivers: readonly ReceiverConfig[]
  readonly timeIntervals: ReadonlyMap<string, unknown>
  readonly fail: Fail
}

function checkRoute(route: RouteConfig, path: PropertyKey[], known: Known): void {
  if (route.receiver !== '' && !known.receivers.some(({ name }) => name === route.receiver)) {
    known.fail(path, `undefined receiver ${JSON.stringify(route.receiver)} used in route`)
  }
  for (const name of [...route.activeTimeIntervals, ...route.muteTimeIntervals]) {
    if (!known.timeIntervals.has(name))
      known.fail(path, `undefined time interval ${JSON.stringify(name)} used in route`)
  }
  route.routes.forEach((child, i) => checkRoute(child, [...path, 'routes', i], known))
}

const EMPTY_ROUTE: RouteConfig = {
  receiver: '',
  groupBy: undefined,
  matchers: [],
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  continue: false,
  groupWaitMs: undefined,
  groupIntervalMs: undefined,
  repeatIntervalMs: undefined,
  labels: {},
  routes: [],
}

/** Without configuration all alerts go to a receiver without channels: they are grouped, shown and remembered. */
export const DEFAULT_ALERTMANAGER_CONFIG: AlertmanagerConfig = alertmanagerConfig.parse({
  route: { receiver: 'page', group_by: ['alertname'] },
  receivers: [{ name: 'page' }],
})
