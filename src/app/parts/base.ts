import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import type { Settings } from '../settings.ts'

export interface Surroundings {
  readonly settings: Settings
  readonly dataDirectory: string
  readonly externalUrl: string
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** What every part may need. */
export interface Base extends Surroundings {
  readonly instruments: InstrumentRegistry
}
