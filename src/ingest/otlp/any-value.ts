import type { AttributeValue } from '../../model/span.ts'
import { ProtobufError, ProtobufReader } from '../../util/protobuf-wire.ts'

/** Attribute values may hold lists and maps of values; deeper than this nobody means it. */
const MAX_DEPTH = 32

export type MutableAttributes = Record<string, AttributeValue>

/** Sets a key without touching the prototype, whatever the sender calls it. */
export function setAttribute(attributes: MutableAttributes, key: string, value: AttributeValue): void {
  if (key === '__proto__') {
    Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    attributes[key] = value
  }
}

/** Reads the `KeyValue` that stands next into `attributes`. Of a key given twice the last value counts. */
export function readAttribute(reader: ProtobufReader, attributes: MutableAttributes, depth = 0): void {
  const outer = reader.enter()
  let key = ''
  let value: AttributeValue = null
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        key = reader.internedString()
        break
      case 2:
        value = readAnyValue(reader, depth)
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  setAttribute(attributes, key, value)
}

/** Reads the `AnyValue` that stands next; an empty one is null. Integers beyond ±2^53 are bigint. */
export function readAnyValue(reader: ProtobufReader, depth = 0): AttributeValue {
  if (depth > MAX_DEPTH) throw new ProtobufError(reader.position, `values are nested more than ${MAX_DEPTH} deep`)
  const outer = reader.enter()
  let value: AttributeValue = null
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.string()
        break
      case 2:
        value = reader.bool()
        break
      case 3:
        value = readInteger(reader)
        break
      case 4:
        value = reader.double()
        break
      case 5:
        value = readList(reader, depth + 1)
        break
      case 6:
        value = readMap(reader, depth + 1)
        break
      case 7:
        // A copy: a view would keep the whole body in memory.
        value = new Uint8Array(reader.bytes())
        break
      default:
        reader.skip()
    }
  }
  reader.leave(outer)
  return value
}

function readInteger(reader: ProtobufReader): number | bigint {
  const start = reader.position
  const value = reader.int64()
  if (Number.isSafeInteger(value)) return value
  const again = new ProtobufReader(reader.buffer, start, reader.position)
  again.wireType = reader.wireType
  return BigInt.asIntN(64, again.varintBigInt())
}

function readList(reader: ProtobufReader, depth: number): AttributeValue[] {
  const outer = reader.enter()
  const values: AttributeValue[] = []
  while (reader.next()) {
    if (reader.field === 1) values.push(readAnyValue(reader, depth))
    else reader.skip()
  }
  reader.leave(outer)
  return values
}

function readMap(reader: ProtobufReader, depth: number): MutableAttributes {
  const outer = reader.enter()
  const map: MutableAttributes = {}
  while (reader.next()) {
    if (reader.field === 1) readAttribute(reader, map, depth)
    else reader.skip()
  }
  reader.leave(outer)
  return map
}
