const TWO_32 = 2 ** 32

/** The values of one column; which of the arrays it is depends on the column's type. */
export type ColumnValues =
  | readonly string[]
  | Float64Array
  | Uint32Array
  | Uint8Array
  | readonly (number | string | undefined)[]
  | readonly (readonly string[])[]

/** One block of a result in Native format. */
export interface Block {
  readonly rowCount: number
  readonly columns: ReadonlyMap<string, ColumnValues>
}

/**
 * Reads a result in Native format block by block. Integers and times come as float64 (exact below 2^53), so a statement that
 * returns larger numbers converts them itself. Throws on a type that no statement of this folder returns.
 */
export function* readBlocks(bytes: Buffer): Generator<Block> {
  const reader = new NativeReader(bytes)
  while (!reader.atEnd) yield reader.block()
}

class NativeReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  block(): Block {
    const columnCount = this.#varint()
    const rowCount = this.#varint()
    const columns = new Map<string, ColumnValues>()
    for (let i = 0; i < columnCount; i++) {
      const name = this.#text()
      const type = this.#text()
      columns.set(name, rowCount === 0 ? [] : this.#values(type, rowCount))
    }
    return { rowCount, columns }
  }

  #values(type: string, count: number): ColumnValues {
    this.#prefix(type)
    return this.#data(type, count)
  }

  /** A dictionary anywhere inside a type is announced by its version, before all values. */
  #prefix(type: string): void {
    if (type.startsWith('Map(')) return this.#prefix(keyType(type))
    if (type.startsWith('Array(')) return this.#prefix(innerType(type))
    if (type.startsWith('LowCardinality(')) this.#at += 8
  }

  #data(type: string, count: number): ColumnValues {
    if (type === 'String') return this.#texts(count)
    if (type === 'LowCardinality(String)') return this.#dictionaryTexts(count)
    if (type === 'Float64') return this.#floats(count)
    if (type === 'UInt8' || type === 'Bool') return this.#raw(count)
    if (type === 'UInt32') return new Uint32Array(toArrayBuffer(this.#raw(4 * count)))
    if (type === 'UInt64' || type === 'Int64' || type.startsWith('DateTime64(')) return this.#integers(count)
    if (type.startsWith('Nullable(')) return this.#optionals(innerType(type), count)
    if (type === 'Array(String)') return this.#lists(count)
    if (type.startsWith('Map(') && type.endsWith(', String)')) return this.#maps(keyType(type), count)
    throw new Error(`the result has a column of type ${type}, which this reader does not know`)
  }

  #texts(count: number): string[] {
    const texts: string[] = []
    for (let i = 0; i < count; i++) texts.push(this.#text())
    return texts
  }

  /** The distinct texts, then for each value which of them it is, in integers just wide enough. */
  #dictionaryTexts(count: number): string[] {
    if (count === 0) return []
    const width = 2 ** (this.#raw(8)[0] ?? 0)
    const dictionary = this.#texts(this.#integers(1)[0] ?? 0)
    // The number of values comes once more.
    this.#at += 8
    const indexes = this.#raw(width * count)
    return Array.from({ length: count }, (_, i) => dictionary[indexes.readUIntLE(width * i, width)] ?? '')
  }

  /** A copy, because the bytes rarely lie on a multiple of eight as a Float64Array needs. */
  #floats(count: number): Float64Array {
    return new Float64Array(toArrayBuffer(this.#raw(8 * count)))
  }

  #integers(count: number): Float64Array {
    const words = new Uint32Array(toArrayBuffer(this.#raw(8 * count)))
    const integers = new Float64Array(count)
    for (let i = 0; i < count; i++) integers[i] = ((words[2 * i + 1] ?? 0) | 0) * TWO_32 + (words[2 * i] ?? 0)
    return integers
  }

  #optionals(type: string, count: number): (number | string | undefined)[] {
    const missing = this.#raw(count)
    const values =
      type === 'String' ? this.#texts(count) : type === 'Float64' ? this.#floats(count) : this.#integers(count)
    return Array.from<number | string, number | string | undefined>(values, (value, i) =>
      missing[i] === 1 ? undefined : value,
    )
  }

  #lists(count: number): string[][] {
    const ends = this.#integers(count)
    const all = this.#texts(ends.at(-1) ?? 0)
    return Array.from(ends, (end, i) => all.slice(i === 0 ? 0 : ends[i - 1], end))
  }

  /** Each map as a list: key, value, key, value ... */
  #maps(type: string, count: number): string[][] {
    const ends = this.#integers(count)
    const size = ends.at(-1) ?? 0
    const keys = type === 'String' ? this.#texts(size) : this.#dictionaryTexts(size)
    const values = this.#texts(size)
    return Array.from(ends, (end, i) => {
      const pairs: string[] = []
      for (let k = i === 0 ? 0 : (ends[i - 1] ?? 0); k < end; k++) pairs.push(keys[k] ?? '', values[k] ?? '')
      return pairs
    })
  }

  #text(): string {
    const length = this.#varint()
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length)
    this.#at += length
    return text
  }

  #raw(length: number): Buffer {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new Error('the result ends in the middle of a number')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
}

function innerType(type: string): string {
  return type.slice(type.indexOf('(') + 1, -1)
}

function keyType(map: string): string {
  return map.slice('Map('.length, map.lastIndexOf(', '))
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}

/** Typed columns of a block; each throws when the column is of another type. */
export function floatsOf(block: Block, name: string): Float64Array {
  const values = block.columns.get(name)
  if (!(values instanceof Float64Array)) throw new TypeError(`column ${name} does not hold floats`)
  return values
}

export function wordsOf(block: Block, name: string): Uint32Array {
  const values = block.columns.get(name)
  if (!(values instanceof Uint32Array)) throw new TypeError(`column ${name} does not hold 32-bit words`)
  return values
}

export function bytesOf(block: Block, name: string): Uint8Array {
  const values = block.columns.get(name)
  if (!(values instanceof Uint8Array)) throw new TypeError(`column ${name} does not hold bytes`)
  return values
}
