import { Labels, METRIC_NAME } from '../../model/labels.ts'
import type { MetricMetadata } from '../../model/series.ts'
import type { SampleBatchBuilder } from '../../model/sample.ts'
import type { ScrapeSettings } from './scrape-job.ts'

/** The outcome of one scrape in numbers. */
export interface ScrapeReport {
  readonly isUp: boolean
  readonly durationMs: number
  readonly scraped: number
  readonly kept: number
  readonly seriesAdded: number
  /** Unpacked; -1 when the body was larger than allowed. */
  readonly bodyBytes: number
}

interface ReportSeries {
  readonly labels: Labels
  readonly value: (report: ScrapeReport) => number
}

/** The series about the scrape itself, `up` first, that every target has besides those it exposes. */
export class ScrapeReportSeries {
  readonly #series: readonly ReportSeries[]

  constructor(target: Labels, settings: ScrapeSettings, timeoutMs: number) {
    const series = (name: string, value: ReportSeries['value']): ReportSeries => ({
      labels: Labels.from({ ...target.toObject(), [METRIC_NAME]: name }),
      value,
    })
    const extra = [
      series('scrape_timeout_seconds', () => timeoutMs / 1_000),
      series('scrape_sample_limit', () => settings.limits.samples),
      series('scrape_body_size_bytes', ({ bodyBytes }) => bodyBytes),
    ]
    this.#series = [
      series('up', ({ isUp }) => (isUp ? 1 : 0)),
      series('scrape_duration_seconds', ({ durationMs }) => durationMs / 1_000),
      series('scrape_samples_scraped', ({ scraped }) => scraped),
      series('scrape_samples_post_metric_relabeling', ({ kept }) => kept),
      series('scrape_series_added', ({ seriesAdded }) => seriesAdded),
      ...(settings.extraMetrics ? extra : []),
    ]
  }

  add(batch: SampleBatchBuilder, timestampMs: number, report: ScrapeReport): void {
    for (const { labels, value } of this.#series) batch.add(labels, timestampMs, value(report))
  }

  end(batch: SampleBatchBuilder, timestampMs: number): void {
    for (const { labels } of this.#series) batch.addStale(labels, timestampMs)
  }
}

/** What the series about scrapes mean. */
export const REPORT_METADATA: readonly MetricMetadata[] = [
  { name: 'up', type: 'gauge', help: '1 if the target was scraped successfully, 0 if not', unit: '' },
  { name: 'scrape_duration_seconds', type: 'gauge', help: 'Duration of the scrape', unit: 'seconds' },
  { name: 'scrape_samples_scraped', type: 'gauge', help: 'Samples that the target exposed', unit: '' },
  {
    name: 'scrape_samples_post_metric_relabeling',
    type: 'gauge',
    help: 'Samples that remained after metric relabelling',
    unit: '',
  },
  {
    name: 'scrape_series_added',
    type: 'gauge',
    help: 'Series of the scrape that the one before did not have',
    unit: '',
  },
]
