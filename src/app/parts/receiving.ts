import { randomUUID } from 'node:crypto'
import { FileFollowing } from '../../ingest/files/file-following.ts'
import { MetricTranslator } from '../../ingest/otlp/metric-translator.ts'
import type { OtlpSinks } from '../../ingest/otlp/receive.ts'
import { RemoteWriteReceiver } from '../../ingest/remote-write/remote-write-receiver.ts'
import type { Base } from './base.ts'
import type { Requests } from './requests.ts'
import type { Storing } from './storing.ts'
import type { Writing } from './writing.ts'

const MIB = 1024 * 1024

export interface Receiving {
  readonly otlp: OtlpSinks
  readonly remoteWrite: RemoteWriteReceiver
  readonly following: FileFollowing
}

/** What is pushed to us over HTTP and gRPC, or written into files that we follow. */
export function constructReceiving(
  base: Base,
  { store }: Storing,
  { intake, onEvents }: Requests,
  { writer }: Writing,
): Receiving {
  const { settings, clock, logger, instruments } = base
  const maxBodyBytes = Math.floor(settings.config.server.body_limit_mb * MIB)
  const translator = new MetricTranslator(settings.config.otlp)
  const otlp = { intake, samples: writer, translator, clock, log: logger, maxBodyBytes }
  const following = new FileFollowing({
    sink: { intake, onEvents },
    state: store.state,
    clock,
    newKey: randomUUID,
    logger,
    instruments,
  })
  const remoteWrite = new RemoteWriteReceiver({ samples: writer, instruments, maxSizeBytes: maxBodyBytes })
  return { otlp, remoteWrite, following }
}
