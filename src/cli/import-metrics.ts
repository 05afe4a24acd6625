import { parseExposition, type ExpositionFormat, type ParsedExposition } from '../collect/exposition/exposition.ts'
import { ExpositionError } from '../collect/exposition/exposition-error.ts'
import { encodeWriteRequest } from '../storage/prometheus/encode-write-request.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'
import { postToServer, type Server } from './server.ts'

const SAMPLES_PER_REQUEST = 20_000
const HEADERS = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }

/** Sends a file of metrics as remote write does. Throws `CommandError` with the line that cannot be read, or the series without a time. */
export async function importMetrics(
  file: string,
  format: ExpositionFormat | undefined,
  options: Server & { readonly write: (text: string) => void },
): Promise<void> {
  const parsed = parse(file, format)
  for (let from = 0; from < parsed.values.length; from += SAMPLES_PER_REQUEST) {
    const batch = batchOf(file, parsed, from, Math.min(parsed.values.length, from + SAMPLES_PER_REQUEST))
    // What the families mean goes with the first request.
    const body = encodeWriteRequest(batch, from === 0 ? parsed.metadata() : [])
    const response = await postToServer(options, '/api/v1/write', { headers: HEADERS, body: new Uint8Array(body) })
    if (!response.ok)
      throw new CommandError(`${file}: the server answered ${response.status}: ${await response.text()}`)
  }
  const series = new Set(parsed.series)
  options.write(`${file}: ${parsed.values.length} samples of ${series.size} series\n`)
}

function parse(file: string, format: ExpositionFormat | undefined): ParsedExposition {
  const body = readInputFile(file)
  const isOpenMetrics = /\n?# EOF\n?$/.test(body.subarray(-8).toString('latin1'))
  try {
    return parseExposition(body, { format: format ?? (isOpenMetrics ? 'openmetrics' : 'text') })
  } catch (error) {
    if (error instanceof ExpositionError) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}

function batchOf(
  file: string,
  parsed: ParsedExposition,
  from: number,
  to: number,
): ReturnType<SampleBatchBuilder['build']> {
  const builder = new SampleBatchBuilder()
  for (let i = from; i < to; i++) {
    const labels = parsed.labels[parsed.series[i] ?? 0]
    const timestampMs = parsed.timestampsMs[i] ?? NaN
    if (labels === undefined) continue
    if (Number.isNaN(timestampMs)) {
      throw new CommandError(
        `${file}: expected a timestamp for ${labels.toString()}, found none: say when it was measured`,
      )
    }
    builder.add(labels, timestampMs, parsed.values[i] ?? NaN)
  }
  return builder.build()
}
