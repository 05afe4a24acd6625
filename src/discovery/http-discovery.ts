import { z } from 'zod'
import { formatDuration } from '../model/duration.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { HttpClient } from '../http/http-client.ts'
import { targetGroupConfig, type HttpDiscoveryConfig } from './config.ts'
import { META_PREFIX, type Discoverer, type TargetGroup } from './discoverer.ts'
import { Refresher } from './refresher.ts'
import { targetGroup } from './static-discovery.ts'

const BODY_LIMIT_BYTES = 64 * 1024 * 1024

const answerContent = z.array(targetGroupConfig)

/** Targets that an HTTP endpoint lists as JSON (prometheus.io/docs/prometheus/latest/http_sd). */
export class HttpDiscovery implements Discoverer {
  readonly #config: HttpDiscoveryConfig
  readonly #client: HttpClient
  readonly #refresher: Refresher
  #report: (groups: readonly TargetGroup[]) => void = () => undefined

  constructor(config: HttpDiscoveryConfig, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#config = config
    this.#client = new HttpClient(config)
    this.#refresher = new Refresher({
      what: `http_sd_configs ${config.url}`,
      intervalMs: config.refresh_interval,
      clock,
      logger,
      refresh: (signal) => this.#refresh(signal, clock),
    })
  }

  start(report: (groups: readonly TargetGroup[]) => void): void {
    this.#report = report
    this.#refresher.start()
  }

  async stop(): Promise<void> {
    await this.#refresher.stop()
    await this.#client.close()
  }

  async #refresh(stopped: AbortSignal, clock: Clock): Promise<void> {
    const { url, refresh_interval: intervalMs } = this.#config
    const late = new AbortController()
    const cancel = clock.after(intervalMs, () =>
      late.abort(new Error(`no answer within ${formatDuration(intervalMs)}`)),
    )
    const headers = {
      accept: 'application/json',
      'x-prometheus-refresh-interval-seconds': String(intervalMs / 1_000),
    }
    const signal = AbortSignal.any([stopped, late.signal])
    const answer = await this.#client.get({ url, headers, bodyLimitBytes: BODY_LIMIT_BYTES, signal }).finally(cancel)
    this.#report(groupsIn(answer.body.toString('utf8'), answer.contentType, url))
  }
}

function groupsIn(body: string, contentType: string, url: string): TargetGroup[] {
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new Error(`unsupported content type ${JSON.stringify(contentType)}, expected application/json`)
  }
  const checked = answerContent.safeParse(JSON.parse(body))
  if (!checked.success) throw new Error(z.prettifyError(checked.error))
  return checked.data.map((group, i) => targetGroup(group, `${url}:${i}`, { [`${META_PREFIX}url`]: url }))
}
