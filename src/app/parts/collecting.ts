import { hostname } from 'node:os'
import { hostLoop } from '../../collect/host-loop.ts'
import { ProcessCollector } from '../../collect/process-collector.ts'
import { scrapeInstruments } from '../../collect/scrape/scrape-instruments.ts'
import { Scraping } from '../../collect/scrape/scraping.ts'
import { selfLoop } from '../../collect/self-loop.ts'
import type { SnapshotLoop } from '../../collect/snapshot-loop.ts'
import type { Base } from './base.ts'
import type { Writing } from './writing.ts'

/** Our own series are young and cheap: a closer look than at what is scraped. */
const SELF_INTERVAL_MS = 5_000

export interface Collecting {
  readonly scraping: Scraping
  readonly host: SnapshotLoop | undefined
  readonly self: SnapshotLoop
}

/** What we fetch ourselves: targets, this host, this process. */
export function constructCollecting(base: Base, { spooled }: Writing): Collecting {
  const { settings, clock, logger, instruments } = base
  const { host: config } = settings.config
  const writing = { writer: spooled, clock, logger }
  return {
    scraping: new Scraping({ ...writing, instruments: scrapeInstruments(instruments) }),
    host: config.enabled ? hostLoop({ ...writing, config, registry: instruments }) : undefined,
    self: selfLoop({
      ...writing,
      registry: instruments,
      process: new ProcessCollector(clock),
      instance: config.instance ?? hostname(),
      intervalMs: SELF_INTERVAL_MS,
    }),
  }
}
