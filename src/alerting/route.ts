import type { Labels } from '../model/labels.ts'
import { Labels as LabelSet } from '../model/labels.ts'
import type { Matcher } from '../model/matcher.ts'
import { matchesAll, matchersText } from './matcher/matchers.ts'
import type { RouteConfig } from './route-config.ts'

/** What happens to the alerts of a route. */
export interface RouteOptions {
  readonly receiver: string
  readonly groupByAll: boolean
  readonly groupBy: ReadonlySet<string>
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
  /** Templates, for notifications. */
  readonly labels: Readonly<Record<string, string>>
}

/** A node of the routing tree, complete: what it did not say it has from its parent. */
export interface Route {
  readonly options: RouteOptions
  readonly matchers: readonly Matcher[]
  readonly continue: boolean
  readonly routes: readonly Route[]
  /** The matchers on the way from the root: `{}/{team="ai"}`. Not unique: two routes may have the same matchers. */
  readonly key: string
}

const ROOT_OPTIONS: RouteOptions = {
  receiver: '',
  groupByAll: false,
  groupBy: new Set(),
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatIntervalMs: 4 * 3_600_000,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  labels: {},
}

/** The tree of a configuration; the root takes every alert that no other route takes. */
export function buildRoute(config: RouteConfig): Route {
  return build(config, ROOT_OPTIONS, '')
}

function build(config: RouteConfig, inherited: RouteOptions, parentKey: string): Route {
  const options: RouteOptions = {
    receiver: config.receiver || inherited.receiver,
    groupByAll: config.groupBy?.all ?? inherited.groupByAll,
    groupBy: config.groupBy === undefined || config.groupBy.all ? inherited.groupBy : new Set(config.groupBy.labels),
    groupWaitMs: config.groupWaitMs ?? inherited.groupWaitMs,
    groupIntervalMs: config.groupIntervalMs ?? inherited.groupIntervalMs,
    repeatIntervalMs: config.repeatIntervalMs ?? inherited.repeatIntervalMs,
    // Times are not inherited: a child of a muted route speaks for itself.
    muteTimeIntervals: config.muteTimeIntervals,
    activeTimeIntervals: config.activeTimeIntervals,
    labels: { ...inherited.labels, ...config.labels },
  }
  const key = `${parentKey === '' ? '' : `${parentKey}/`}${matchersText(config.matchers)}`
  const routes = config.routes.map((child) => build(child, options, key))
  return { options, matchers: config.matchers, continue: config.continue, routes, key }
}

/** The routes that take an alert: depth first, the first match at each level, further ones where it says `continue`. */
export function matchRoutes(route: Route, labels: Labels): Route[] {
  if (!matchesAll(route.matchers, labels)) return []
  const found: Route[] = []
  for (const child of route.routes) {
    const matches = matchRoutes(child, labels)
    found.push(...matches)
    if (matches.length > 0 && !child.continue) break
  }
  return found.length === 0 ? [route] : found
}

/** All routes, parents first. */
export function walkRoutes(route: Route): Route[] {
  return [route, ...route.routes.flatMap(walkRoutes)]
}

/** The labels by which an alert is grouped on a route. */
export function groupLabels(labels: Labels, { groupByAll, groupBy }: RouteOptions): Labels {
  if (groupByAll) return labels
  return groupBy.size === 0 ? LabelSet.empty : labels.keep(groupBy)
}

/** Names a group for the notification log and receivers, as Alertmanager does: `{}/{team="ai"}:{alertname="A"}`. */
export function groupKey(route: Route, labels: Labels): string {
  return `${route.key}:${labelSetText(labels)}`
}

/** As Alertmanager prints a label set: `{a="b", c="d"}`. */
export function labelSetText(labels: Labels): string {
  return `{${[...labels.entries()].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}
