import { describe, expect, test } from 'vitest'
import { Labels } from '../model/labels.ts'
import { parseConfigFile } from './config-file.ts'
import { buildRoute, groupKey, groupLabels, matchRoutes, type Route, walkRoutes } from './route.ts'

function routeOf(yaml: string): Route {
  const receivers = ['root', 'a', 'b', 'c'].map((name) => `- name: ${name}`).join('\n')
  const { config, errors } = parseConfigFile(`${yaml}\nreceivers:\n${receivers}\ntime_intervals: [{name: night}]\n`)
  if (config === undefined) throw new Error(errors.join('\n'))
  return buildRoute(config.route)
}

const TREE = routeOf(`
route:
  receiver: root
  group_by: [alertname]
  group_wait: 1m
  routes:
  - {matchers: [team="a"], receiver: a, continue: true, labels: {x: '1'}}
  - matchers: [team=~"a|b"]
    receiver: b
    group_by: ['...']
    mute_time_intervals: [night]
    routes:
    - {matchers: [severity="page"], group_interval: 10s}
    - {match: {severity: info}, receiver: c, group_by: []}
`)

function receivers(labels: Record<string, string>): string[] {
  return matchRoutes(TREE, Labels.from(labels)).map(({ key }) => key)
}

describe('matching', () => {
  test.each<[Record<string, string>, string[]]>([
    [{}, ['{}']],
    [{ team: 'c' }, ['{}']],
    [{ team: 'b' }, ['{}/{team=~"a|b"}']],
    [{ team: 'a' }, ['{}/{team="a"}', '{}/{team=~"a|b"}']],
    [{ team: 'b', severity: 'page' }, ['{}/{team=~"a|b"}/{severity="page"}']],
    [{ team: 'a', severity: 'info' }, ['{}/{team="a"}', '{}/{team=~"a|b"}/{severity="info"}']],
  ])('%j', (labels, keys) => expect(receivers(labels)).toEqual(keys))
})

test('options are inherited until a route says otherwise; times are not', () => {
  const options = Object.fromEntries(walkRoutes(TREE).map(({ key, options: found }) => [key, found]))
  expect(options['{}']).toMatchObject({ groupWaitMs: 60_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000 })
  expect(options['{}/{team="a"}']).toMatchObject({
    receiver: 'a',
    groupWaitMs: 60_000,
    groupByAll: false,
    labels: { x: '1' },
  })
  expect(options['{}/{team=~"a|b"}']).toMatchObject({ groupByAll: true, muteTimeIntervals: ['night'], labels: {} })
  expect(options['{}/{team=~"a|b"}/{severity="page"}']).toMatchObject({
    receiver: 'b',
    groupByAll: true,
    groupIntervalMs: 10_000,
    muteTimeIntervals: [],
  })
})

test('groups are named as Alertmanager names them', () => {
  const labels = Labels.from({ alertname: 'A "x"', instance: '1' })
  const [route] = matchRoutes(TREE, labels)
  if (route === undefined) throw new Error('the root takes everything')
  expect(groupKey(route, groupLabels(labels, route.options))).toBe('{}:{alertname="A \\"x\\""}')
  expect(groupLabels(labels, { ...route.options, groupBy: new Set() }).size).toBe(0)
  expect(groupLabels(labels, { ...route.options, groupByAll: true })).toBe(labels)
})
