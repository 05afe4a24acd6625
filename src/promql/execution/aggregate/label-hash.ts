import type { Labels } from '../../../model/labels.ts'

const MASK = 0xffff_ffff_ffff_ffffn
const PRIME_1 = 0x9e37_79b1_85eb_ca87n
const PRIME_2 = 0xc2b2_ae3d_27d4_eb4fn
const PRIME_3 = 0x1656_67b1_9e37_79f9n
const PRIME_4 = 0x85eb_ca77_c2b2_ae63n
const PRIME_5 = 0x27d4_eb2f_1656_67c5n

/** Lengths from here on take four bytes. */
const LONG = 255

/**
 * The hash that Prometheus samples series by: xxHash64 over its own encoding of label sets, in which each name and value stands
 * behind its length in one byte, or behind 255 and three bytes (little-endian).
 */
export function hashLabels(labels: Labels): bigint {
  return xxHash64(Buffer.concat(labels.pairs.flatMap((text) => encoded(Buffer.from(text)))))
}

function encoded(text: Buffer): readonly Buffer[] {
  const { length } = text
  const prefix = length < LONG ? [length] : [LONG, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff]
  return [Buffer.from(prefix), text]
}

/** xxHash64 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
export function xxHash64(data: Buffer): bigint {
  let at = 0
  let hash = PRIME_5
  if (data.length >= 32) {
    const lanes = [(PRIME_1 + PRIME_2) & MASK, PRIME_2, 0n, (0n - PRIME_1) & MASK]
    for (; at + 32 <= data.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane] ?? 0n, data.readBigUInt64LE(at + lane * 8))
    }
    hash = mergeLanes(lanes)
  }
  return avalanche(hashRest((hash + BigInt(data.length)) & MASK, data, at))
}

function mergeLanes(lanes: readonly bigint[]): bigint {
  const turns = [1n, 7n, 12n, 18n]
  let hash = lanes.reduce((sum, lane, i) => (sum + rotate(lane, turns[i] ?? 0n)) & MASK, 0n)
  for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * PRIME_1 + PRIME_4) & MASK
  return hash
}

function hashRest(start: bigint, data: Buffer, from: number): bigint {
  let hash = start
  let at = from
  for (; at + 8 <= data.length; at += 8) {
    hash = (rotate(hash ^ round(0n, data.readBigUInt64LE(at)), 27n) * PRIME_1 + PRIME_4) & MASK
  }
  if (at + 4 <= data.length) {
    hash = (rotate(hash ^ ((BigInt(data.readUInt32LE(at)) * PRIME_1) & MASK), 23n) * PRIME_2 + PRIME_3) & MASK
    at += 4
  }
  for (; at < data.length; at++) {
    hash = (rotate(hash ^ ((BigInt(data.readUInt8(at)) * PRIME_5) & MASK), 11n) * PRIME_1) & MASK
  }
  return hash
}

function round(lane: bigint, input: bigint): bigint {
  return (rotate((lane + input * PRIME_2) & MASK, 31n) * PRIME_1) & MASK
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK
}

function avalanche(start: bigint): bigint {
  let hash = start
  hash = ((hash ^ (hash >> 33n)) * PRIME_2) & MASK
  hash = ((hash ^ (hash >> 29n)) * PRIME_3) & MASK
  return hash ^ (hash >> 32n)
}
