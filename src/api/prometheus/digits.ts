/** Of ASCII. */
export const ZERO = 48
export const POINT = 46

/** Writes an integer from 0 to 2^31 - 1 and gives the index behind. */
export function putDigits(buffer: Uint8Array, at: number, value: number): number {
  let end = at + 1
  for (let power = 10; power <= value; power *= 10) end++
  let rest = value | 0
  for (let place = end - 1; place >= at; place--) {
    const next = (rest / 10) | 0
    buffer[place] = ZERO + rest - next * 10
    rest = next
  }
  return end
}

/** Writes an integer with so many digits, zeros in front. */
export function putPadded(buffer: Uint8Array, at: number, value: number, digits: number): void {
  let rest = value | 0
  for (let place = at + digits - 1; place >= at; place--) {
    const next = (rest / 10) | 0
    buffer[place] = ZERO + rest - next * 10
    rest = next
  }
}
