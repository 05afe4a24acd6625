/** Why a scrape brought nothing. The message stands on the targets page. */
export class ScrapeError extends Error {
  /** Samples in the body, as far as it was read. */
  readonly samplesScraped: number
  /** Samples left after relabelling, as far as it was read. */
  readonly samplesKept: number

  constructor(
    message: string,
    counts: { readonly scraped: number; readonly kept: number } = { scraped: 0, kept: 0 },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'ScrapeError'
    this.samplesScraped = counts.scraped
    this.samplesKept = counts.kept
  }
}
