/**
 * Nanoseconds since 1970, given as the two halves of a 64-bit integer, to milliseconds cut to the microsecond.
 * A double holds nanoseconds of today only to 256 ns; splitting 2^32 = 4294967 * 1000 + 296 keeps every step exact.
 */
export function msOfNanoHalves(low: number, high: number): number {
  const micros = high * 4_294_967 + Math.floor((high * 296 + low) / 1000)
  return micros / 1000
}

export function msOfNanos(nanos: bigint): number {
  return Number(nanos / 1000n) / 1000
}
