import path from 'node:path'
import { RemoteWriteTap } from '../../export/remote-write/remote-write-tap.ts'
import { RemoteWriting, type RemoteWritingSettings } from '../../export/remote-write/remote-writing.ts'
import { SpanSpool } from '../../ingest/gateway/span-spool.ts'
import { createSpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import { SpooledSampleWriter } from '../../storage/spool/spooled-sample-writer.ts'
import type { SampleWriter } from '../../storage/sample-store.ts'
import type { Settings } from '../settings.ts'
import { VERSION } from '../version.ts'
import type { Base } from './base.ts'
import type { Requests } from './requests.ts'
import type { Storing } from './storing.ts'

/** What nobody can send again may wait on disk, up to here. */
const SPOOL_SIZE_BYTES = 512 * 1024 * 1024

export interface Writing {
  readonly remoteWriting: RemoteWriting
  /** For those whose sender tries again when it must. */
  readonly writer: SampleWriter
  /** For scrapes and rules, which cannot. */
  readonly spooled: SpooledSampleWriter
  readonly gatewaySpool: SpanSpool
}

/** The ways into the store, and out of it to other stores. Begins to drain what earlier processes left in the spools. */
export async function constructWriting(
  base: Base,
  { samples }: Storing,
  { intake, privacy }: Requests,
): Promise<Writing> {
  const { clock, random, logger, dataDirectory, instruments } = base
  const spoolInstruments = createSpoolInstruments(instruments)
  const remoteWriting = new RemoteWriting({
    directory: path.join(dataDirectory, 'remote-write'),
    userAgent: `Tetrascope/${VERSION}`,
    clock,
    random,
    registry: instruments,
    spoolInstruments,
    logger,
  })
  const writer = new RemoteWriteTap(samples, remoteWriting)
  const spooling = { maxSizeBytes: SPOOL_SIZE_BYTES, clock, random, instruments: spoolInstruments }
  const directoryOf = (name: string): string => path.join(dataDirectory, 'spool', name)
  const spooled = await SpooledSampleWriter.start({
    ...spooling,
    name: 'samples',
    directory: directoryOf('samples'),
    writer,
  })
  const takeSpans: Parameters<typeof SpanSpool.start>[0]['takeSpans'] = (spans) => intake.takeSpans(spans, 'gateway')
  const gatewaySpool = await SpanSpool.start({
    ...spooling,
    name: 'gateway',
    directory: directoryOf('gateway'),
    takeSpans,
    redact: privacy.protectSpan,
  })
  return { remoteWriting, writer, spooled, gatewaySpool }
}

export function remoteWritingSettings({ config }: Settings): RemoteWritingSettings {
  return { configs: config.remote_write, externalLabels: config.global.external_labels }
}
