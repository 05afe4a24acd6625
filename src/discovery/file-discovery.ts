import { watch, type FSWatcher } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { targetGroupConfig, type FileDiscoveryConfig } from './config.ts'
import { META_PREFIX, type Discoverer, type TargetGroup } from './discoverer.ts'
import { Refresher } from './refresher.ts'
import { targetGroup } from './static-discovery.ts'

/** Editors and deployments write a file in several steps; this waits for the last of them. */
const SETTLE_MS = 50

const fileContent = z.array(targetGroupConfig).nullish()

interface Surroundings {
  readonly clock: Clock
  readonly logger: Logger
}

/** Targets from YAML and JSON files, which are read again when they change and every `refresh_interval`. */
export class FileDiscovery implements Discoverer {
  readonly #config: FileDiscoveryConfig
  readonly #clock: Clock
  readonly #refresher: Refresher
  readonly #groups = new Map<string, readonly TargetGroup[]>()
  readonly #watchers = new Map<string, FSWatcher>()
  #report: (groups: readonly TargetGroup[]) => void = () => undefined
  #cancelSettling: () => void = () => undefined

  constructor(config: FileDiscoveryConfig, { clock, logger }: Surroundings) {
    this.#config = config
    this.#clock = clock
    const what = `file_sd_configs ${config.files.join(', ')}`
    const refresh = (): Promise<void> => this.#readAll()
    this.#refresher = new Refresher({ what, intervalMs: config.refresh_interval, clock, logger, refresh })
  }

  start(report: (groups: readonly TargetGroup[]) => void): void {
    this.#report = report
    this.#refresher.start()
  }

  async stop(): Promise<void> {
    this.#cancelSettling()
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
    await this.#refresher.stop()
  }

  /** Reads every file; of those that are faulty the last good content stays, and the first fault is thrown after the rest was read. */
  async #readAll(): Promise<void> {
    const files = (await Promise.all(this.#config.files.map(filesLike))).flat()
    for (const pattern of this.#config.files) this.#watch(path.dirname(pattern))
    for (const known of this.#groups.keys()) if (!files.includes(known)) this.#groups.delete(known)
    const faults: unknown[] = []
    for (const file of files) {
      await readGroups(file).then(
        (groups) => this.#groups.set(file, groups),
        (error: unknown) => faults.push(error),
      )
    }
    this.#report([...this.#groups.values()].flat())
    if (faults.length > 0) throw faults[0]
  }

  /** Watches a folder, not a file: a file that is replaced by renaming keeps being noticed. */
  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#settle())
      watcher.on('error', () => this.#unwatch(folder))
      this.#watchers.set(folder, watcher)
    } catch {
      // The folder does not exist yet, or the system has no watches left: the refresh interval remains.
    }
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #settle(): void {
    this.#cancelSettling()
    this.#cancelSettling = this.#clock.after(SETTLE_MS, () => this.#refresher.poke())
  }
}

/** The existing files that a path with at most one `*` in its last segment means. */
async function filesLike(pattern: string): Promise<string[]> {
  const [before = '', after] = path.basename(pattern).split('*')
  if (after === undefined) return [pattern]
  const folder = path.dirname(pattern)
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after) && name.length >= before.length + after.length)
    .sort()
    .map((name) => path.join(folder, name))
}

async function readGroups(file: string): Promise<TargetGroup[]> {
  const content: unknown = parse(await readFile(file, 'utf8'))
  const checked = fileContent.safeParse(content)
  if (!checked.success) throw new Error(`${file}: ${z.prettifyError(checked.error)}`)
  const meta = { [`${META_PREFIX}filepath`]: file }
  return (checked.data ?? []).map((group, i) => targetGroup(group, `${file}:${i}`, meta))
}
