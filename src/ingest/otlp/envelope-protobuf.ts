import type { ProtobufReader } from '../../util/protobuf-wire.ts'
import { type MutableAttributes, readAttribute } from './any-value.ts'
import type { OtlpResource, OtlpScope } from './otlp-span.ts'
import { msOfNanoHalves } from './unix-nano.ts'

/** Takes the items of one scope; they share `resource` and `scope`, which may still be filled while it runs. */
export type ItemReader = (reader: ProtobufReader, resource: OtlpResource, scope: OtlpScope) => void

/**
 * Walks the envelope that traces, logs and metrics share (request → resource → scope → item; opentelemetry-proto 1.x:
 * field 1 of the request, 1 resource and 2 scopes, 1 scope, 2 items and 3 schema URL) and calls `readItem` at each item.
 * Resource and scope may stand behind their items, so items hold references to objects that are filled as they come.
 */
export function readEnvelope(reader: ProtobufReader, readItem: ItemReader): void {
  while (reader.next()) {
    if (reader.field === 1) readResourceItems(reader, readItem)
    else reader.skip()
  }
}

function readResourceItems(reader: ProtobufReader, readItem: ItemReader): void {
  const outer = reader.enter()
  const attributes: MutableAttributes = {}
  const resource: OtlpResource = { attributes }
  while (reader.next()) {
    if (reader.field === 1) readResource(reader, attributes)
    else if (reader.field === 2) readScopeItems(reader, resource, readItem)
    else reader.skip()
  }
  reader.leave(outer)
}

function readScopeItems(reader: ProtobufReader, resource: OtlpResource, readItem: ItemReader): void {
  const outer = reader.enter()
  const scope: OtlpScope = { name: '', version: '', attributes: {}, schemaUrl: '' }
  while (reader.next()) {
    if (reader.field === 1) readScope(reader, scope)
    else if (reader.field === 2) readItem(reader, resource, scope)
    else if (reader.field === 3) scope.schemaUrl = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
}

function readResource(reader: ProtobufReader, attributes: MutableAttributes): void {
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.field === 1) readAttribute(reader, attributes)
    else reader.skip()
  }
  reader.leave(outer)
}

function readScope(reader: ProtobufReader, scope: OtlpScope): void {
  const outer = reader.enter()
  const attributes: MutableAttributes = {}
  scope.attributes = attributes
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        scope.name = reader.string()
        break
      case 2:
        scope.version = reader.string()
        break
      case 3:
        readAttribute(reader, attributes)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
}

/** A `fixed64` of nanoseconds since 1970 as milliseconds, exact to the microsecond. */
export function readTimeMs(reader: ProtobufReader): number {
  const at = reader.position
  reader.fixed64()
  return msOfNanoHalves(reader.buffer.readUInt32LE(at), reader.buffer.readUInt32LE(at + 4))
}

/** A `bytes` id as lower-case hex. */
export function readId(reader: ProtobufReader): string {
  return reader.hex()
}
