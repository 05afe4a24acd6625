import { internedText } from './interned-text.ts'

/** Wire types of the protobuf encoding (https://protobuf.dev/programming-guides/encoding/). Groups are not supported: nobody sends them. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2
export const FIXED32 = 5

const WIRE_TYPE_NAMES: Readonly<Record<number, string>> = {
  [VARINT]: 'varint',
  [FIXED64]: 'fixed64',
  [LENGTH_DELIMITED]: 'length-delimited',
  [FIXED32]: 'fixed32',
}

const TWO_32 = 2 ** 32
/** A varint carries seven bits a byte, so that 64 bits take at most ten. */
const MAX_VARINT_BYTES = 10

/** Bytes that are not what the protobuf encoding allows; `offset` counts from the beginning of the whole message. */
export class ProtobufError extends Error {
  readonly offset: number
  constructor(offset: number, reason: string) {
    super(`malformed protobuf at byte ${offset}: ${reason}`)
    this.name = 'ProtobufError'
    this.offset = offset
  }
}

/**
 * Reads one message field by field; the caller knows the schema:
 *
 *     while (reader.next()) {
 *       switch (reader.field) {
 *         case 1: name = reader.string(); break
 *         case 2: readPoint(reader.message()); break
 *         default: reader.skip()
 *       }
 *     }
 *
 * After each `next()` that gives true exactly one value must be read or skipped. Every read checks the wire type and the bounds
 * and throws `ProtobufError`. Bytes that are handed out (`bytes`, `message`) are views of the same memory, not copies.
 */
export class ProtobufReader {
  /** Number of the field that `next` found. */
  field = 0
  /** Wire type of the field that `next` found. */
  wireType = 0
  readonly buffer: Buffer
  #position: number
  #end: number
  readonly #view: DataView

  /** Reads `buffer` from `start` (inclusive) to `end` (exclusive). */
  constructor(buffer: Buffer, start = 0, end = buffer.length, view?: DataView) {
    this.buffer = buffer
    this.#position = start
    this.#end = end
    this.#view = view ?? new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  /** Offset in `buffer` of the next byte. */
  get position(): number {
    return this.#position
  }

  /** Moves on to the next field. False at the end of the message. */
  next(): boolean {
    if (this.#position >= this.#end) return false
    const at = this.#position
    const tag = this.#rawVarint()
    this.field = Math.floor(tag / 8)
    this.wireType = tag % 8
    if (this.field === 0 || this.field > 0x1fffffff) throw new ProtobufError(at, `field number ${this.field}`)
    return true
  }

  /** An unsigned varint (uint32, uint64, enum); above 2^53 the nearest double. */
  varint(): number {
    this.#expect(VARINT)
    return this.#rawVarint()
  }

  /** An int32 or int64 in two's complement; beyond ±2^53 the nearest double. */
  int64(): number {
    this.#expect(VARINT)
    return this.#rawInt64()
  }

  /** A sint32 or sint64 (zigzag). */
  sint64(): number {
    this.#expect(VARINT)
    return Number(unzigzag(this.#rawVarintBigInt()))
  }

  /** An unsigned 64-bit varint, exact. */
  varintBigInt(): bigint {
    this.#expect(VARINT)
    return this.#rawVarintBigInt()
  }

  bool(): boolean {
    return this.varint() !== 0
  }

  fixed32(): number {
    this.#expect(FIXED32)
    return this.#view.getUint32(this.#advance(4), true)
  }

  float(): number {
    this.#expect(FIXED32)
    return this.#view.getFloat32(this.#advance(4), true)
  }

  /** An unsigned 64-bit integer of eight bytes, exact. */
  fixed64BigInt(): bigint {
    this.#expect(FIXED64)
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  /** An unsigned 64-bit integer of eight bytes; above 2^53 the nearest double. */
  fixed64(): number {
    this.#expect(FIXED64)
    return this.#rawFixed64()
  }

  /** A signed 64-bit integer of eight bytes; beyond ±2^53 the nearest double. */
  sfixed64(): number {
    this.#expect(FIXED64)
    const at = this.#advance(8)
    return this.#view.getInt32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true)
  }

  double(): number {
    this.#expect(FIXED64)
    return this.#view.getFloat64(this.#advance(8), true)
  }

  /** Whether the double that comes next has exactly these bits; reads nothing. For NaNs whose payload means something. */
  nextBitsAre(high: number, low: number): boolean {
    const at = this.#position
    return at + 8 <= this.#end && this.#view.getUint32(at, true) === low && this.#view.getUint32(at + 4, true) === high
  }

  /** A view of the bytes, not a copy. */
  bytes(): Buffer {
    const length = this.#length()
    const at = this.#advance(length)
    return this.buffer.subarray(at, at + length)
  }

  string(): string {
    const length = this.#length()
    const at = this.#advance(length)
    return this.buffer.toString('utf8', at, at + length)
  }

  /** A `bytes` field as lower-case hex. */
  hex(): string {
    const length = this.#length()
    const at = this.#advance(length)
    return this.buffer.toString('hex', at, at + length)
  }

  /** A string of those that come again and again, such as names: it is looked up by its bytes instead of being decoded anew. */
  internedString(): string {
    const length = this.#length()
    const at = this.#advance(length)
    return internedText(this.buffer, at, length)
  }

  /** A reader of the embedded message. This reader goes on behind it at once. */
  message(): ProtobufReader {
    const length = this.#length()
    const at = this.#advance(length)
    return new ProtobufReader(this.buffer, at, at + length, this.#view)
  }

  /**
   * Narrows this very reader to the embedded message, without an object for it; hand the result to `leave` when `next` gives false.
   * For loops over millions of messages; `message` is the plain way.
   */
  enter(): number {
    const length = this.#length()
    const outerEnd = this.#end
    if (length > outerEnd - this.#position) this.#tooShort(length)
    this.#end = this.#position + length
    return outerEnd
  }

  leave(outerEnd: number): void {
    this.#position = this.#end
    this.#end = outerEnd
  }

  /** Appends a repeated double, packed or single. */
  repeatedDouble(into: number[]): void {
    if (this.wireType === FIXED64) into.push(this.double())
    else this.#packed(() => into.push(this.#view.getFloat64(this.#advance(8), true)))
  }

  /** Appends a repeated fixed64, packed or single. */
  repeatedFixed64(into: number[]): void {
    if (this.wireType === FIXED64) into.push(this.fixed64())
    else this.#packed(() => into.push(this.#rawFixed64()))
  }

  /** Appends a repeated unsigned varint, packed or single. */
  repeatedVarint(into: number[]): void {
    if (this.wireType === VARINT) into.push(this.varint())
    else this.#packed(() => into.push(this.#rawVarint()))
  }

  /** Appends a repeated sint32 or sint64, packed or single. */
  repeatedSint64(into: number[]): void {
    if (this.wireType === VARINT) into.push(this.sint64())
    else this.#packed(() => into.push(Number(unzigzag(this.#rawVarintBigInt()))))
  }

  /** Passes over the value of a field that the caller does not know. */
  skip(): void {
    switch (this.wireType) {
      case VARINT:
        this.#rawVarint()
        return
      case FIXED64:
        this.#advance(8)
        return
      case LENGTH_DELIMITED:
        this.#advance(this.#length())
        return
      case FIXED32:
        this.#advance(4)
        return
      default:
        throw new ProtobufError(this.#position, `field ${this.field} has wire type ${this.wireType}`)
    }
  }

  #packed(readOne: () => void): void {
    const outerEnd = this.enter()
    while (this.#position < this.#end) readOne()
    this.leave(outerEnd)
  }

  #expect(wireType: number): void {
    if (this.wireType !== wireType) this.#wrongType(wireType)
  }

  #wrongType(expected: number): never {
    const found = WIRE_TYPE_NAMES[this.wireType] ?? `wire type ${this.wireType}`
    throw new ProtobufError(this.#position, `field ${this.field} is ${found}, expected ${WIRE_TYPE_NAMES[expected]}`)
  }

  #tooShort(size: number): never {
    const left = this.#end - this.#position
    throw new ProtobufError(this.#position, `field ${this.field} needs ${size} bytes, ${left} are left`)
  }

  /** Moves behind the next `size` bytes and gives the offset of the first. */
  #advance(size: number): number {
    const at = this.#position
    if (size > this.#end - at) this.#tooShort(size)
    this.#position = at + size
    return at
  }

  #length(): number {
    this.#expect(LENGTH_DELIMITED)
    return this.#rawVarint()
  }

  #rawFixed64(): number {
    const at = this.#advance(8)
    return this.#view.getUint32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true)
  }

  #rawVarint(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    let scale = 128
    for (let i = 1; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new ProtobufError(this.#position, `varint of more than ${MAX_VARINT_BYTES} bytes`)
  }

  /** The low 49 bits fill seven bytes and are exact in a double; only longer ones, mostly negative, take the exact way. */
  #rawInt64(): number {
    const start = this.#position
    const value = this.#rawVarint()
    if (this.#position - start <= 7) return value
    this.#position = start
    return Number(BigInt.asIntN(64, this.#rawVarintBigInt()))
  }

  #rawVarintBigInt(): bigint {
    let value = 0n
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new ProtobufError(this.#position, `varint of more than ${MAX_VARINT_BYTES} bytes`)
  }

  #byte(): number {
    if (this.#position >= this.#end) this.#tooShort(1)
    return this.#view.getUint8(this.#position++)
  }
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}

/**
 * Writes one message into a buffer that grows as needed. Fields are written in the order of the calls;
 * leaving out default values, as proto3 does, is up to the caller.
 */
export class ProtobufWriter {
  #buffer: Buffer
  #view: DataView
  #position = 0

  constructor(initialSizeBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(Math.max(16, initialSizeBytes))
    this.#view = viewOf(this.#buffer)
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#position
  }

  /** The bytes written so far; a view that the next `reset` makes invalid. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#position)
  }

  /** Starts a new message in the same memory. */
  reset(): void {
    this.#position = 0
  }

  /** An unsigned integer up to 2^53 (uint32, uint64, enum). */
  varint(field: number, value: number): void {
    this.#tag(field, VARINT)
    this.#rawVarint(value)
  }

  bool(field: number, value: boolean): void {
    this.varint(field, value ? 1 : 0)
  }

  /** A signed integer within ±2^53, in two's complement as int32 and int64 are. */
  int64(field: number, value: number): void {
    this.#tag(field, VARINT)
    if (value >= 0) this.#rawVarint(value)
    else this.#rawVarintBigInt(BigInt.asUintN(64, BigInt(value)))
  }

  /** A signed integer within ±2^53, zigzag as sint32 and sint64 are. */
  sint64(field: number, value: number): void {
    this.#tag(field, VARINT)
    this.#rawVarintBigInt(value >= 0 ? BigInt(value) * 2n : BigInt(value) * -2n - 1n)
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, FIXED32)
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, FIXED64)
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, value, true)
  }

  /** Eight bytes given as two unsigned halves, for NaNs whose payload means something. */
  fixed64Bits(field: number, high: number, low: number): void {
    this.#tag(field, FIXED64)
    const at = this.#reserve(8)
    this.#view.setUint32(at, low, true)
    this.#view.setUint32(at + 4, high, true)
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64)
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  string(field: number, text: string): void {
    this.#tag(field, LENGTH_DELIMITED)
    const size = Buffer.byteLength(text)
    this.#rawVarint(size)
    const at = this.#reserve(size)
    this.#buffer.write(text, at, size, 'utf8')
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#rawVarint(bytes.length)
    const at = this.#reserve(bytes.length)
    this.#buffer.set(bytes, at)
  }

  /** An embedded message: whatever `write` writes on this writer. */
  message(field: number, write: (writer: this) => void): void {
    this.#tag(field, LENGTH_DELIMITED)
    const start = this.#reserve(1)
    write(this)
    const size = this.#position - start - 1
    // Most messages are short, so one byte was kept for the length; a longer one is moved to make room.
    const extra = varintSize(size) - 1
    if (extra > 0) {
      this.#reserve(extra)
      this.#buffer.copyWithin(start + 1 + extra, start + 1, start + 1 + size)
    }
    const end = this.#position
    this.#position = start
    this.#rawVarint(size)
    this.#position = end
  }

  /** A packed repeated double. */
  packedDouble(field: number, values: ArrayLike<number>): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#rawVarint(values.length * 8)
    let at = this.#reserve(values.length * 8)
    for (let i = 0; i < values.length; i++, at += 8) this.#view.setFloat64(at, values[i] ?? 0, true)
  }

  /** A packed repeated fixed64 of integers up to 2^53. */
  packedFixed64(field: number, values: ArrayLike<number>): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#rawVarint(values.length * 8)
    let at = this.#reserve(values.length * 8)
    for (let i = 0; i < values.length; i++, at += 8) this.#view.setBigUint64(at, BigInt(values[i] ?? 0), true)
  }

  #tag(field: number, wireType: number): void {
    this.#rawVarint(field * 8 + wireType)
  }

  #rawVarint(value: number): void {
    this.#grow(MAX_VARINT_BYTES)
    let rest = value
    while (rest >= 128) {
      this.#buffer[this.#position++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#buffer[this.#position++] = rest
  }

  #rawVarintBigInt(value: bigint): void {
    this.#grow(MAX_VARINT_BYTES)
    let rest = value
    for (; rest >= 128n; rest >>= 7n) this.#buffer[this.#position++] = Number(rest & 0x7fn) + 128
    this.#buffer[this.#position++] = Number(rest)
  }

  /** Moves behind `size` more bytes and gives the offset of the first. May replace the memory: call it before naming `#view`. */
  #reserve(size: number): number {
    this.#grow(size)
    const at = this.#position
    this.#position = at + size
    return at
  }

  #grow(size: number): void {
    const needed = this.#position + size
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#position)
    this.#buffer = grown
    this.#view = viewOf(grown)
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}
