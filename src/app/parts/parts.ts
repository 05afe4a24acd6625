import { Catalogue } from '../../catalogue/catalogue.ts'
import { entriesOf } from '../../catalogue/config.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { type Alerts, constructAlerts } from './alerts.ts'
import type { Surroundings } from './base.ts'
import { type Collecting, constructCollecting } from './collecting.ts'
import { constructProbing, type Probing } from './probing.ts'
import { constructReceiving, type Receiving } from './receiving.ts'
import { constructRequests, type Requests } from './requests.ts'
import { constructStoring, type Storing } from './storing.ts'
import { constructWriting, type Writing } from './writing.ts'

/** Everything the product is made of, constructed once and handed to who needs it. */
export interface Parts extends Storing, Requests, Probing, Writing, Receiving, Collecting, Alerts {
  readonly instruments: InstrumentRegistry
  readonly catalogue: Catalogue
}

/**
 * The order of the lines is the order in which parts depend on each other. Opens the store; throws what opening it throws, and the
 * errors of parts that cannot use their configuration.
 */
export async function constructParts(surroundings: Surroundings): Promise<Parts> {
  const instruments = new InstrumentRegistry()
  const base = { ...surroundings, instruments }
  const catalogue = new Catalogue(entriesOf(surroundings.settings.config.catalogue))
  const storing = await constructStoring(base)
  const requests = await constructRequests(base, storing)
  const probing = constructProbing(base, storing, requests)
  const writing = await constructWriting(base, storing, requests)
  const receiving = constructReceiving(base, storing, requests, writing)
  const collecting = constructCollecting(base, writing)
  const alerts = constructAlerts(base, storing, writing)
  return {
    instruments,
    catalogue,
    ...storing,
    ...requests,
    ...probing,
    ...writing,
    ...receiving,
    ...collecting,
    ...alerts,
  }
}
