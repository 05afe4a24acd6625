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
  /** Finds the children that may match; with hundreds of teams, asking each would be most of the work. */
  readonly index: RouteIndex
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
  return { options, matchers: config.matchers, continue: config.continue, routes, index: new RouteIndex(routes), key }
}

/** Children by the value that their first equality matcher asks for. */
class RouteIndex {
  /** Without an equality matcher: they must always be asked. */
  readonly #others: readonly number[]
  readonly #byLabel = new Map<string, Map<string, number[]>>()

  constructor(routes: readonly Route[]) {
    const others: number[] = []
    for (const [i, { matchers }] of routes.entries()) {
      const equality = matchers.find(({ type }) => type === '=')
      if (equality === undefined) others.push(i)
      else this.#add(equality.name, equality.value, i)
    }
    this.#others = others
  }

  /** Positions of the children that are to be asked, in order. */
  candidates(labels: Labels): readonly number[] {
    if (this.#byLabel.size === 0) return this.#others
    const found = [...this.#others]
    for (const [name, byValue] of this.#byLabel) found.push(...(byValue.get(labels.get(name)) ?? []))
    return found.sort((a, b) => a - b)
  }

  #add(name: string, value: string, position: number): void {
    const byValue = this.#byLabel.get(name) ?? new Map<string, number[]>()
    this.#byLabel.set(name, byValue)
    byValue.set(value, [...(byValue.get(value) ?? []), position])
  }
}

/** The routes that take an alert: depth first, the first match at each level, further ones where it says `continue`. */
export function matchRoutes(route: Route, labels: Labels): Route[] {
  if (!matchesAll(route.matchers, labels)) return []
  const found: Route[] = []
  for (const position of route.index.candidates(labels)) {
    const child = route.routes[position]
    if (child === undefined) continue
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
