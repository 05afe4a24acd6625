import { createHash } from 'node:crypto'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { SpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { queueName, type RemoteWriteConfig } from './config.ts'
import { createRemoteWriteInstruments, type RemoteWriteInstruments } from './remote-write-instruments.ts'
import { RemoteWriteQueue } from './remote-write-queue.ts'

export interface RemoteWritingOptions {
  /** Each queue has a directory of its own below it. */
  readonly directory: string
  readonly userAgent: string
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly registry: InstrumentRegistry
  readonly spoolInstruments: SpoolInstruments
  readonly logger: Logger
}

/** What `remote_write` and `global` of the configuration say. */
export interface RemoteWritingSettings {
  readonly configs: readonly RemoteWriteConfig[]
  readonly externalLabels: Readonly<Record<string, string>>
}

interface Running {
  readonly config: RemoteWriteConfig
  readonly queue: RemoteWriteQueue
}

/** All queues of `remote_write`. Construct, start with the first `apply`, reload with the next, stop. */
export class RemoteWriting {
  readonly #options: RemoteWritingOptions
  readonly #instruments: RemoteWriteInstruments
  #running = new Map<string, Running>()
  #externalLabels: Readonly<Record<string, string>> = {}

  constructor(options: RemoteWritingOptions) {
    this.#options = options
    this.#instruments = createRemoteWriteInstruments(options.registry)
  }

  get queues(): readonly RemoteWriteQueue[] {
    return Array.from(this.#running.values(), ({ queue }) => queue)
  }

  /**
   * Begins with these receivers, or goes on with them: queues whose settings did not change run on, others end or begin.
   * What a queue that ends had not sent waits on disk until one of its name is configured again. Rejects when a directory cannot be used.
   */
  async apply({ configs, externalLabels }: RemoteWritingSettings): Promise<void> {
    const before = this.#running
    const isSameWorld = isDeepStrictEqual(externalLabels, this.#externalLabels)
    this.#externalLabels = externalLabels
    const kept = configs.flatMap((config) => {
      const running = before.get(queueName(config))
      return isSameWorld && running !== undefined && isDeepStrictEqual(running.config, config) ? [running] : []
    })
    this.#running = new Map(kept.map((running) => [queueName(running.config), running]))
    const ended = [...before.values()].filter((running) => !kept.includes(running))
    // Their directories must be free before another queue opens them.
    await Promise.all(ended.map(({ queue }) => queue.stop()))
    for (const config of configs) {
      const name = queueName(config)
      if (!this.#running.has(name)) this.#running.set(name, { config, queue: await this.#start(config) })
    }
  }

  /** Ends the requests under way; what was not sent waits on disk for the next process. Idempotent. */
  async stop(): Promise<void> {
    const { queues } = this
    this.#running = new Map()
    await Promise.all(queues.map((queue) => queue.stop()))
  }

  #start(config: RemoteWriteConfig): Promise<RemoteWriteQueue> {
    const { directory, userAgent, clock, random, spoolInstruments, logger } = this.#options
    return RemoteWriteQueue.start({
      config,
      directory: path.join(directory, directoryName(queueName(config))),
      externalLabels: this.#externalLabels,
      userAgent,
      clock,
      random,
      instruments: this.#instruments,
      spoolInstruments,
      logger,
    })
  }
}

/** Readable, and different for different names. */
function directoryName(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.replaceAll(/[^\w.-]+/g, '_').slice(0, 60)}-${digest}`
}
