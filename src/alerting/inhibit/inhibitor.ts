import { isResolved } from '../../model/alert.ts'
import type { Labels } from '../../model/labels.ts'
import type { Clock } from '../../util/clock.ts'
import type { AlertProvider } from '../alert-provider.ts'
import { matchesAll } from '../matcher/matchers.ts'
import type { StoredAlert } from '../stored-alert.ts'
import type { InhibitRule } from './config.ts'

/** Sources of one rule by the values of its `equal` labels, so that asking does not walk through all of them. */
type Sources = Map<string, Map<string, StoredAlert>>

/** Knows which alerts are muted because another one is firing. */
export class Inhibitor {
  readonly #rules: ReadonlyArray<{ readonly rule: InhibitRule; readonly sources: Sources }>
  readonly #clock: Clock
  readonly #unsubscribe: () => void

  /** Follows the provider from now on; `stop` ends that. */
  constructor(rules: readonly InhibitRule[], provider: AlertProvider, clock: Clock) {
    this.#rules = rules.map((rule) => ({ rule, sources: new Map() }))
    this.#clock = clock
    this.#unsubscribe = provider.subscribe((alert) => this.#observe(alert))
  }

  stop(): void {
    this.#unsubscribe()
  }

  /** The alert that mutes the given one, or undefined. Of several the first found. */
  inhibitedBy(labels: Labels): StoredAlert | undefined {
    for (const { rule, sources } of this.#rules) {
      if (!matchesAll(rule.targetMatchers, labels)) continue
      // An alert that is source and target at once must not be muted by another such, or the two would mute each other.
      const excludeTargets = matchesAll(rule.sourceMatchers, labels)
      const found = this.#firingSource(rule, sources, labels, excludeTargets)
      if (found !== undefined) return found
    }
    return undefined
  }

  #firingSource(rule: InhibitRule, sources: Sources, labels: Labels, excludeTargets: boolean): StoredAlert | undefined {
    const nowMs = this.#clock.now()
    for (const [key, source] of sources.get(equalKey(rule, labels)) ?? []) {
      if (isResolved(source, nowMs)) sources.get(equalKey(rule, labels))?.delete(key)
      else if (!excludeTargets || !matchesAll(rule.targetMatchers, source.labels)) return source
    }
    return undefined
  }

  #observe(alert: StoredAlert): void {
    for (const { rule, sources } of this.#rules) {
      if (!matchesAll(rule.sourceMatchers, alert.labels)) continue
      const key = equalKey(rule, alert.labels)
      const same = sources.get(key) ?? new Map<string, StoredAlert>()
      same.set(alert.labels.key, alert)
      sources.set(key, same)
    }
  }
}

function equalKey(rule: InhibitRule, labels: Labels): string {
  return rule.equal.map((name) => labels.get(name)).join('\xff')
}
