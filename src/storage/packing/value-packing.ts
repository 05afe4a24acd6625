import { bitWidth, pack, packedWords, unpack } from './bit-packing.ts'

/**
 * How a run of values is packed. All forms are exact to the bit:
 * - `xor`: each value's bits XOR those of the value before; of the high word the low `width` bits are kept, of the low word the
 *   high `lowWidth` bits, because near values share sign, exponent and first digits and round ones end in zeros;
 * - `steps`: values that are integers, or decimals of at most `scale` digits, as integers × 10^-scale: each step to the next one,
 *   less the smallest step. What counters want;
 * - `offsets`: such integers, less the smallest. What gauges that go up and down want.
 */
export type ValueForm = 'xor' | 'steps' | 'offsets'

export interface ValuePacking {
  readonly form: ValueForm
  /** Decimal digits behind the point; 0 for `xor`. */
  readonly scale: number
  readonly width: number
  /** 0 unless `xor`. */
  readonly lowWidth: number
}

const MAX_SCALE = 9
/** Integers up to here can be subtracted from each other exactly. */
const MAX_INTEGER = 2 ** 52
/** Differences must fit 32 bits to be packed. */
const MAX_DIFFERENCE = 2 ** 32 - 1
const POWERS_OF_TEN = Float64Array.from({ length: MAX_SCALE + 1 }, (_, i) => 10 ** i)
/** First value and smallest step: two words each. */
const STEPS_HEADER_WORDS = 4
/** First or smallest value. */
const SHORT_HEADER_WORDS = 2

/** Numbers in progress, reused because chunks are sealed all the time. Nothing is kept in them between two calls. */
const integers = new Float64Array(1024)
const scratch = new Uint32Array(1024)
const doubleScratch = new Float64Array(1)
const doubleWords = new Uint32Array(doubleScratch.buffer)

/** The smallest form for `values[0..count)`; `valueWords` is the same memory as words (low, high). */
export function choosePacking(values: Float64Array, valueWords: Uint32Array, count: number): ValuePacking {
  const xor = xorPacking(valueWords, count)
  if (count === 1) return xor
  const scale = decimalScale(values, count)
  if (scale === undefined) return xor
  const integer = integerPacking(scale, count)
  return integer !== undefined && packingWords(integer, count) < packingWords(xor, count) ? integer : xor
}

/** Words that `count` values take in this form. */
export function packingWords({ form, width, lowWidth }: ValuePacking, count: number): number {
  switch (form) {
    case 'xor':
      return SHORT_HEADER_WORDS + packedWords(count - 1, width) + packedWords(count - 1, lowWidth)
    case 'steps':
      return STEPS_HEADER_WORDS + packedWords(count - 1, width)
    case 'offsets':
      return SHORT_HEADER_WORDS + packedWords(count, width)
  }
}

/** Writes the values in the chosen form into `words` from `at` and gives the index behind the last word. */
export function packValues(words: Uint32Array, at: number, packing: ValuePacking, source: PackSource): number {
  switch (packing.form) {
    case 'xor':
      return packXor(words, at, packing, source)
    case 'steps':
      return packSteps(words, at, packing, source)
    case 'offsets':
      return packOffsets(words, at, packing, source)
  }
}

export interface PackSource {
  readonly values: Float64Array
  readonly valueWords: Uint32Array
  readonly count: number
}

/** Where unpacked values go: `count` of them from index `from` on. */
export interface UnpackTarget extends PackSource {
  readonly from: number
}

/** The reverse of `packValues`. */
export function unpackValues(words: Uint32Array, at: number, packing: ValuePacking, target: UnpackTarget): void {
  switch (packing.form) {
    case 'xor':
      return unpackXor(words, at, packing, target)
    case 'steps':
      return unpackSteps(words, at, packing, target)
    case 'offsets':
      return unpackOffsets(words, at, packing, target)
  }
}

function xorPacking(valueWords: Uint32Array, count: number): ValuePacking {
  let high = 0
  let low = 0
  for (let i = 1; i < count; i++) {
    low |= (valueWords[2 * i] ?? 0) ^ (valueWords[2 * i - 2] ?? 0)
    high |= (valueWords[2 * i + 1] ?? 0) ^ (valueWords[2 * i - 1] ?? 0)
  }
  return { form: 'xor', scale: 0, width: bitWidth(high), lowWidth: low === 0 ? 0 : 32 - trailingZeros(low) }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** The fewest decimal digits with which every value is `integer / 10^digits` exactly; leaves the integers in `integers`. */
function decimalScale(values: Float64Array, count: number): number | undefined {
  let scale = 0
  // A value that is exact with some digits mostly is with more, so that one pass finds the number that all need; the second proves it.
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0
    if (value === 0 && Object.is(value, -0)) return undefined
    while (!isDecimal(value, scale)) if (++scale > MAX_SCALE) return undefined
  }
  const power = POWERS_OF_TEN[scale] ?? 1
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0
    const integer = Math.round(value * power)
    if (Math.abs(integer) > MAX_INTEGER || integer / power !== value) return undefined
    integers[i] = integer
  }
  return scale
}

function isDecimal(value: number, scale: number): boolean {
  const power = POWERS_OF_TEN[scale] ?? 1
  const integer = Math.round(value * power)
  // A negative number that rounds to 0 gives -0, which is not the value either.
  return Math.abs(integer) <= MAX_INTEGER && integer / power === value
}

/** Steps or offsets of `integers`, whichever is narrower; undefined when neither fits 32 bits. */
function integerPacking(scale: number, count: number): ValuePacking | undefined {
  let [min, max, minStep, maxStep] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < count; i++) {
    const integer = integers[i] ?? 0
    min = Math.min(min, integer)
    max = Math.max(max, integer)
    if (i === 0) continue
    const step = integer - (integers[i - 1] ?? 0)
    minStep = Math.min(minStep, step)
    maxStep = Math.max(maxStep, step)
  }
  const offsets = packingOf('offsets', scale, max - min)
  const steps = packingOf('steps', scale, count > 1 ? maxStep - minStep : 0)
  if (steps === undefined || offsets === undefined) return steps ?? offsets
  return packingWords(steps, count) < packingWords(offsets, count) ? steps : offsets
}

function packingOf(form: ValueForm, scale: number, difference: number): ValuePacking | undefined {
  return difference > MAX_DIFFERENCE ? undefined : { form, scale, width: bitWidth(difference), lowWidth: 0 }
}

function packXor(words: Uint32Array, at: number, packing: ValuePacking, { valueWords, count }: PackSource): number {
  words[at] = valueWords[0] ?? 0
  words[at + 1] = valueWords[1] ?? 0
  for (let i = 1; i < count; i++) scratch[i - 1] = (valueWords[2 * i + 1] ?? 0) ^ (valueWords[2 * i - 1] ?? 0)
  const middle = pack(words, at + SHORT_HEADER_WORDS, packing.width, scratch, count - 1)
  const drop = 32 - packing.lowWidth
  for (let i = 1; i < count; i++) scratch[i - 1] = ((valueWords[2 * i] ?? 0) ^ (valueWords[2 * i - 2] ?? 0)) >>> drop
  return pack(words, middle, packing.lowWidth, scratch, count - 1)
}

function unpackXor(words: Uint32Array, at: number, { width, lowWidth }: ValuePacking, target: UnpackTarget): void {
  const { valueWords, count, from } = target
  let low = words[at] ?? 0
  let high = words[at + 1] ?? 0
  const middle = unpack(words, at + SHORT_HEADER_WORDS, width, scratch, count - 1)
  valueWords[2 * from] = low
  valueWords[2 * from + 1] = high
  for (let i = 1; i < count; i++) {
    high ^= scratch[i - 1] ?? 0
    valueWords[2 * (from + i) + 1] = high
  }
  unpack(words, middle, lowWidth, scratch, count - 1)
  const shift = 32 - lowWidth
  for (let i = 1; i < count; i++) {
    // A width of 0 would shift by 32, which JavaScript takes for 0; but then the integers are 0 as well.
    low ^= (scratch[i - 1] ?? 0) << shift
    valueWords[2 * (from + i)] = low
  }
}

function packSteps(words: Uint32Array, at: number, { scale, width }: ValuePacking, source: PackSource): number {
  const { values, count } = source
  toIntegers(values, scale, count)
  let minStep = count > 1 ? Infinity : 0
  for (let i = 1; i < count; i++) minStep = Math.min(minStep, (integers[i] ?? 0) - (integers[i - 1] ?? 0))
  for (let i = 1; i < count; i++) scratch[i - 1] = (integers[i] ?? 0) - (integers[i - 1] ?? 0) - minStep
  writeDouble(words, at, integers[0] ?? 0)
  writeDouble(words, at + 2, minStep)
  return pack(words, at + STEPS_HEADER_WORDS, width, scratch, count - 1)
}

/** Unpacks and adds in one loop, written out as `unpackOffsets` is: these two are where reading a head spends its time. */
function unpackSteps(words: Uint32Array, at: number, { scale, width }: ValuePacking, target: UnpackTarget): void {
  const { values, count, from } = target
  const minStep = readDouble(words, at + 2)
  const mask = maskOf(width)
  let integer = readDouble(words, at)
  let index = at + STEPS_HEADER_WORDS
  let shift = 0
  values[from] = integer
  for (let i = from + 1; i < from + count; i++) {
    let step = words[index]! >>> shift
    shift += width
    if (shift >= 32) {
      index++
      shift -= 32
      if (shift > 0) step |= words[index]! << (width - shift)
    }
    integer += minStep + ((step & mask) >>> 0)
    values[i] = integer
  }
  if (scale > 0) toDecimals(target, scale)
}

/** In a loop of its own, because most values are integers and a division takes as long as all else. */
function toDecimals({ values, from, count }: UnpackTarget, scale: number): void {
  const power = POWERS_OF_TEN[scale]!
  for (let i = from; i < from + count; i++) values[i] = values[i]! / power
}

function packOffsets(words: Uint32Array, at: number, { scale, width }: ValuePacking, source: PackSource): number {
  const { values, count } = source
  toIntegers(values, scale, count)
  let min = Infinity
  for (let i = 0; i < count; i++) min = Math.min(min, integers[i] ?? 0)
  for (let i = 0; i < count; i++) scratch[i] = (integers[i] ?? 0) - min
  writeDouble(words, at, min)
  return pack(words, at + SHORT_HEADER_WORDS, width, scratch, count)
}

function unpackOffsets(words: Uint32Array, at: number, { scale, width }: ValuePacking, target: UnpackTarget): void {
  const { values, count, from } = target
  const min = readDouble(words, at)
  const mask = maskOf(width)
  let index = at + SHORT_HEADER_WORDS
  let shift = 0
  for (let i = from; i < from + count; i++) {
    let offset = words[index]! >>> shift
    shift += width
    if (shift >= 32) {
      index++
      shift -= 32
      if (shift > 0) offset |= words[index]! << (width - shift)
    }
    values[i] = min + ((offset & mask) >>> 0)
  }
  if (scale > 0) toDecimals(target, scale)
}

/** The low `width` (0-32) bits. */
function maskOf(width: number): number {
  return width === 32 ? -1 : (1 << width) - 1
}

function toIntegers(values: Float64Array, scale: number, count: number): void {
  const power = POWERS_OF_TEN[scale] ?? 1
  for (let i = 0; i < count; i++) integers[i] = Math.round((values[i] ?? 0) * power)
}

/** Writes the bits of a number as two words, low first. */
export function writeDouble(words: Uint32Array, at: number, value: number): void {
  doubleScratch[0] = value
  words[at] = doubleWords[0] ?? 0
  words[at + 1] = doubleWords[1] ?? 0
}

export function readDouble(words: Uint32Array, at: number): number {
  doubleWords[0] = words[at] ?? 0
  doubleWords[1] = words[at + 1] ?? 0
  return doubleScratch[0] ?? 0
}
