import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { ProtobufError, ProtobufReader, ProtobufWriter } from './protobuf-wire.ts'

const schema = protobuf.parse(`
  syntax = "proto3";
  message Point { double value = 1; int64 time = 2; sint64 delta = 3; }
  message Everything {
    string name = 1; repeated Point points = 2; bytes raw = 3; uint64 count = 4; fixed64 nanos = 5; bool flag = 6;
    repeated double bounds = 7; repeated uint64 counts = 8; fixed32 flags = 9; repeated sint32 deltas = 10;
    repeated fixed64 bigs = 11;
  }`).root
const Everything = schema.lookupType('Everything')

const integer = fc.maxSafeInteger()
const natural = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const everything = fc.record({
  name: fc.string({ unit: 'binary' }),
  points: fc.array(fc.record({ value: fc.double(), time: integer, delta: integer }), { maxLength: 20 }),
  raw: fc.uint8Array({ maxLength: 300 }),
  count: natural,
  nanos: natural,
  flag: fc.boolean(),
  bounds: fc.array(fc.double()),
  counts: fc.array(natural),
  flags: fc.nat({ max: 0xffffffff }),
  deltas: fc.array(fc.integer()),
  bigs: fc.array(natural),
})
type Everything = typeof everything extends fc.Arbitrary<infer T> ? T : never

function read(reader: ProtobufReader): Everything {
  const out = {
    name: '',
    points: [] as Everything['points'],
    raw: new Uint8Array(),
    count: 0,
    nanos: 0,
    flag: false,
    bounds: [] as number[],
    counts: [] as number[],
    flags: 0,
    deltas: [] as number[],
    bigs: [] as number[],
  }
  while (reader.next()) {
    if (reader.field === 1) out.name = reader.string()
    else if (reader.field === 2) out.points.push(readPoint(reader.message()))
    else if (reader.field === 3) out.raw = new Uint8Array(reader.bytes())
    else if (reader.field === 4) out.count = reader.varint()
    else if (reader.field === 5) out.nanos = reader.fixed64()
    else if (reader.field === 6) out.flag = reader.bool()
    else if (reader.field === 7) reader.repeatedDouble(out.bounds)
    else if (reader.field === 8) reader.repeatedVarint(out.counts)
    else if (reader.field === 9) out.flags = reader.fixed32()
    else if (reader.field === 10) reader.repeatedSint64(out.deltas)
    else if (reader.field === 11) reader.repeatedFixed64(out.bigs)
    else reader.skip()
  }
  return out
}

function readPoint(reader: ProtobufReader): Everything['points'][number] {
  const point = { value: 0, time: 0, delta: 0 }
  while (reader.next()) {
    if (reader.field === 1) point.value = reader.double()
    else if (reader.field === 2) point.time = reader.int64()
    else if (reader.field === 3) point.delta = reader.sint64()
    else reader.skip()
  }
  return point
}

function write(message: Everything): Buffer {
  const writer = new ProtobufWriter(16)
  writer.string(1, message.name)
  for (const point of message.points) {
    writer.message(2, () => {
      writer.double(1, point.value)
      writer.int64(2, point.time)
      writer.sint64(3, point.delta)
    })
  }
  writer.bytes(3, message.raw)
  writer.varint(4, message.count)
  writer.fixed64(5, BigInt(message.nanos))
  writer.bool(6, message.flag)
  writer.packedDouble(7, message.bounds)
  for (const count of message.counts) writer.varint(8, count)
  writer.fixed32(9, message.flags)
  for (const delta of message.deltas) writer.sint64(10, delta)
  writer.packedFixed64(11, message.bigs)
  return Buffer.from(writer.finish())
}

describe('protobuf on the wire', () => {
  test('what protobufjs writes is read', () => {
    fc.assert(
      fc.property(everything, (message) => {
        const bytes = Buffer.from(Everything.encode(Everything.create(message)).finish())
        expect(read(new ProtobufReader(bytes))).toEqual(message)
      }),
    )
  })

  test('what is written is read by protobufjs', () => {
    fc.assert(
      fc.property(everything, (message) => {
        const decoded = Everything.toObject(Everything.decode(write(message)), { longs: Number, defaults: true })
        expect({ ...decoded, raw: new Uint8Array(decoded['raw']) }).toEqual(message)
      }),
    )
  })

  test('any bytes either give a message or an error with an offset', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          read(new ProtobufReader(Buffer.from(bytes)))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError)
          expect((error as ProtobufError).offset).toBeLessThanOrEqual(bytes.length)
        }
      }),
    )
  })

  test('64-bit integers that a double cannot hold are exact as bigint', () => {
    const writer = new ProtobufWriter()
    writer.fixed64(1, 0xfedcba9876543210n)
    const reader = new ProtobufReader(writer.finish())
    reader.next()
    expect(reader.fixed64BigInt()).toBe(0xfedcba9876543210n)
  })

  test('the payload of a NaN can be asked for before it is read', () => {
    const writer = new ProtobufWriter()
    writer.fixed64Bits(1, 0x7ff00000, 2)
    const reader = new ProtobufReader(writer.finish())
    reader.next()
    expect(reader.nextBitsAre(0x7ff00000, 2)).toBe(true)
    expect(reader.nextBitsAre(0x7ff80000, 1)).toBe(false)
    expect(reader.double()).toBeNaN()
  })

  test('a message can be entered without an object for it', () => {
    const reader = new ProtobufReader(write({ ...emptyMessage, points: [{ value: 1.5, time: 7, delta: 0 }], count: 9 }))
    const seen: number[] = []
    const readValues = (): void => {
      const outerEnd = reader.enter()
      while (reader.next()) {
        if (reader.wireType === 1) seen.push(reader.double())
        else reader.skip()
      }
      reader.leave(outerEnd)
    }
    while (reader.next()) {
      if (reader.field === 2) readValues()
      else if (reader.field === 4) seen.push(reader.varint())
      else reader.skip()
    }
    expect(seen).toEqual([1.5, 9])
  })

  test('names that come again are found by their bytes, also among thousands of others', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `name.${i % 5_000}.größe`)
    const writer = new ProtobufWriter()
    for (const name of ['', 'x'.repeat(100), ...names]) writer.string(1, name)
    const reader = new ProtobufReader(Buffer.from(writer.finish()))
    const read: string[] = []
    while (reader.next()) read.push(reader.internedString())
    expect(read).toEqual(['', 'x'.repeat(100), ...names])
  })

  test('ids as hex', () => {
    const reader = new ProtobufReader(Buffer.from('0a0300abff', 'hex'))
    expect(reader.next()).toBe(true)
    expect(reader.hex()).toBe('00abff')
    expect(reader.next()).toBe(false)
  })

  test.each([
    ['string', '0a05616263', 'malformed protobuf at byte 2: field 1 needs 5 bytes, 3 are left'],
    ['varint', '08ffffffffffffffffffff01', 'malformed protobuf at byte 11: varint of more than 10 bytes'],
    ['string', '0801', 'malformed protobuf at byte 1: field 1 is varint, expected length-delimited'],
    ['string', '00', 'malformed protobuf at byte 0: field number 0'],
  ])('a %s in %s: %s', (kind, hex, message) => {
    const reader = new ProtobufReader(Buffer.from(hex, 'hex'))
    expect(() => {
      while (reader.next()) {
        if (kind === 'string') reader.string()
        else reader.varint()
      }
    }).toThrow(message)
  })
})

const emptyMessage: Everything = {
  name: '',
  points: [],
  raw: new Uint8Array(),
  count: 0,
  nanos: 0,
  flag: false,
  bounds: [],
  counts: [],
  flags: 0,
  deltas: [],
  bigs: [],
}
