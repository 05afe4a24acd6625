/** Targets that one source (a file, a URL, a DNS name, one entry of static_configs) knows, with labels for all of them. */
export interface TargetGroup {
  /** Names the group among those of its discoverer. */
  readonly source: string
  /** Each target's own labels; `__address__` among them. */
  readonly targets: ReadonlyArray<Readonly<Record<string, string>>>
  readonly labels: Readonly<Record<string, string>>
}

/**
 * One way to find targets. It reports all groups that it knows, whenever that may have changed; until it knows any it reports nothing.
 * What cannot be read keeps its last good state: a broken file must not end the monitoring of a fleet.
 */
export interface Discoverer {
  /** Called once. `report` may be called at once. */
  start(report: (groups: readonly TargetGroup[]) => void): void
  /** Resolves when nothing will be reported any more. Idempotent. */
  stop(): Promise<void>
}

/** The label that holds a target's host and port. */
export const ADDRESS_LABEL = '__address__'
/** Labels that only relabelling sees. */
export const META_PREFIX = '__meta_'
