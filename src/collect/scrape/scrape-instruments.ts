import type { Counter, Histogram, InstrumentRegistry } from '../../telemetry/instruments.ts'

/** What scraping counts about itself. */
export interface ScrapeInstruments {
  readonly failures: Counter<'scrape_job'>
  readonly refusedSamples: Counter<'reason'>
  readonly lostSamples: Counter
  readonly delay: Histogram
}

export function scrapeInstruments(registry: InstrumentRegistry): ScrapeInstruments {
  return {
    failures: registry.counter({
      name: 'tetrascope_scrape_failures_total',
      help: 'Scrapes that failed',
      labelNames: ['scrape_job'],
    }),
    refusedSamples: registry.counter({
      name: 'tetrascope_scrape_samples_refused_total',
      help: 'Samples of good scrapes that were left out: duplicate, or timestamp too far ahead',
      labelNames: ['reason'],
    }),
    lostSamples: registry.counter({
      name: 'tetrascope_scrape_samples_lost_total',
      help: 'Scraped samples that the store did not take',
    }),
    delay: registry.histogram({
      name: 'tetrascope_scrape_delay_seconds',
      help: 'How much later than due a scrape began',
      unit: 'seconds',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    }),
  }
}
