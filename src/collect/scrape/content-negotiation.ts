import type { ExpositionFormat } from '../exposition/exposition.ts'
import type { ScrapeProtocol } from './config.ts'
import { ScrapeError } from './scrape-error.ts'

/** The formats that can be read; protobuf is not asked for. */
const MEDIA_TYPES: Readonly<Record<Exclude<ScrapeProtocol, 'PrometheusProto'>, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=allow-utf-8',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
}

/** The Accept header that asks for the protocols in falling order of preference, weighted as Prometheus does. */
export function acceptHeader(protocols: readonly ScrapeProtocol[]): string {
  const readable = protocols.filter((protocol) => protocol !== 'PrometheusProto')
  const asked = readable.map((protocol, i) => `${MEDIA_TYPES[protocol]};q=0.${readable.length + 1 - i}`)
  return [...asked, '*/*;q=0.1'].join(',')
}

/**
 * The format of an answer. No Content-Type counts as the text format (as before Prometheus 3, many small exporters send none); a type that
 * is neither is refused unless `fallback_scrape_protocol` says what it is: parsing a login page would only give a stranger error.
 */
export function formatOf(contentType: string, fallback: ScrapeProtocol | undefined): ExpositionFormat {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (mediaType === 'application/openmetrics-text') return 'openmetrics'
  if (mediaType === 'text/plain') return 'text'
  if (fallback !== undefined) return fallback.startsWith('OpenMetrics') ? 'openmetrics' : 'text'
  if (mediaType === '') return 'text'
  throw new ScrapeError(
    `received unsupported Content-Type ${JSON.stringify(contentType)} and no fallback_scrape_protocol specified for target`,
  )
}
