import { logGamma } from './distributions.ts'

/** Up to this size Durbin's matrix is small enough; above it the expansion of Pelz and Good has ten digits. */
const EXACT_UP_TO = 140
/** From this value of n d² the two one-sided tails do not overlap any more within double precision. */
const ONE_SIDED_FROM = 4
const ONE_SIDED_FROM_LARGE = 2.2
/** From here on the tail is below the smallest number. */
const NOTHING_FROM = 370
/** Below this value of n d^1.5 the matrix is small however large n is, and the expansion poor. */
const SMALL_MATRIX = 1.4

/**
 * P(D ≥ d) of the two-sided one-sample Kolmogorov-Smirnov statistic of n values. The choice of method is that of Simard and
 * L'Ecuyer (J. Stat. Softw. 39(11), 2011), with Durbin's matrix (Marsaglia, Tsang, Wang 2003) in place of Pomeranz's recursion.
 */
export function kolmogorovTail(n: number, d: number): number {
  if (!(d > 0)) return d <= 0 ? 1 : NaN
  if (d >= 1) return 0
  const nd2 = n * d * d
  if (nd2 >= NOTHING_FROM) return 0
  if (d >= 0.5 || nd2 >= (n <= EXACT_UP_TO ? ONE_SIDED_FROM : ONE_SIDED_FROM_LARGE))
    return Math.min(1, 2 * smirnovTail(n, d))
  // D is never less than half a step.
  if (n * d <= 0.5) return 1
  const isSmall = n <= EXACT_UP_TO || n * d ** 1.5 <= SMALL_MATRIX
  return Math.min(1, Math.max(0, 1 - (isSmall ? durbin(n, d) : pelzGood(n, d))))
}

/** P(D+ ≥ d), the one-sided statistic: Smirnov's sum, all of whose terms are positive (Birnbaum and Tingey 1951). */
function smirnovTail(n: number, d: number): number {
  let sum = 0
  for (let v = 0; v <= Math.floor(n * (1 - d)); v++) {
    const rest = 1 - d - v / n
    const power = rest <= 0 ? (v === n ? 0 : -Infinity) : (n - v) * Math.log(rest)
    const logTerm = logGamma(n + 1) - logGamma(v + 1) - logGamma(n - v + 1) + (v - 1) * Math.log(d + v / n) + power
    sum += Math.exp(logTerm)
  }
  return Math.min(1, d * sum)
}

/** P(D < d) as n! / nⁿ times an element of the n-th power of Durbin's matrix. */
function durbin(n: number, d: number): number {
  const k = Math.ceil(n * d)
  const size = 2 * k - 1
  const power = matrixPower(durbinMatrix(size, k - n * d), size, n)
  const element = power.matrix[(k - 1) * size + k - 1] ?? 0
  // In logarithms, for n! / nⁿ is less than the smallest number from n = 750 on.
  return Math.exp(Math.log(element) + power.logScale + logGamma(n + 1) - n * Math.log(n))
}

function durbinMatrix(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= Math.min(i + 1, size - 1); j++) matrix[i * size + j] = durbinElement(i, j, size, h)
  return matrix
}

/** (1 - what the first column and the last row lack) / (i - j + 1)! */
function durbinElement(i: number, j: number, size: number, h: number): number {
  let value = 1
  if (j === 0) value -= h ** (i + 1)
  if (i === size - 1) value -= h ** (size - j)
  if (j === 0 && i === size - 1 && 2 * h - 1 > 0) value += (2 * h - 1) ** size
  return value / Math.exp(logGamma(i - j + 2))
}

interface ScaledMatrix {
  readonly matrix: Float64Array
  readonly logScale: number
}

/** By repeated squaring, with the scale taken out so that no element overflows. */
function matrixPower(base: Float64Array, size: number, exponent: number): ScaledMatrix {
  if (exponent === 1) return { matrix: base, logScale: 0 }
  const half = matrixPower(base, size, Math.floor(exponent / 2))
  const square = rescaled(multiply(half.matrix, half.matrix, size), 2 * half.logScale)
  return exponent % 2 === 0 ? square : rescaled(multiply(square.matrix, base, size), square.logScale)
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] ?? 0
      for (let j = 0; j < size; j++)
        product[i * size + j] = (product[i * size + j] ?? 0) + factor * (b[k * size + j] ?? 0)
    }
  return product
}

function rescaled(matrix: Float64Array, logScale: number): ScaledMatrix {
  const largest = matrix.reduce((most, element) => Math.max(most, Math.abs(element)), 0)
  return { matrix: matrix.map((element) => element / largest), logScale: logScale + Math.log(largest) }
}

/** P(D < d) by the expansion of Pelz and Good (J. R. Stat. Soc. B 38, 1976) to n^(-3/2). */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d
  const terms = Array.from({ length: Math.ceil((16 * z) / Math.PI) }, (_, i) => i + 1)
  const odd = pelzGoodOddSums(z, terms)
  const q = Math.exp(-(Math.PI ** 2) / (2 * z * z))
  const root = Math.sqrt(2 * Math.PI)
  const second = terms.reduce((sum, k) => sum + k * k * q ** (k * k), 0)
  const third = terms.reduce((sum, k) => sum + (3 * z * z - (Math.PI * k) ** 2) * k * k * q ** (k * k), 0)
  const k2 = (odd[2] ?? 0) - (second * Math.PI ** 2 * root) / (36 * z ** 3)
  const k3 = (odd[3] ?? 0) + (third * Math.PI ** 2 * root) / (216 * z ** 6)
  return (odd[0] ?? 0) + (odd[1] ?? 0) / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}

/** The sums over odd multiples in K0 ... K3 of Pelz and Good. */
function pelzGoodOddSums(z: number, terms: readonly number[]): readonly number[] {
  const p = Math.PI ** 2
  const z2 = z * z
  const coefficients = (m2: number): readonly number[] => [
    1,
    -z2 + (p / 4) * m2,
    6 * z ** 6 + 2 * z ** 4 + ((2 * z ** 4 - 5 * z2) * p * m2) / 4 + (p * p * (1 - 2 * z2) * m2 * m2) / 16,
    -30 * z ** 6 -
      90 * z ** 8 +
      (p * (135 * z ** 4 - 96 * z ** 6) * m2) / 4 +
      (p ** 2 * (-60 * z2 + 212 * z ** 4) * m2 ** 2) / 16 +
      (p ** 3 * (5 - 30 * z2) * m2 ** 3) / 64,
  ]
  const scales = [z, 6 * z ** 4, 72 * z ** 7, 6_480 * z ** 10]
  return scales.map((scale, i) => {
    const sum = terms.reduce((total, k) => {
      const m2 = (2 * k - 1) ** 2
      return total + (coefficients(m2)[i] ?? 0) * Math.exp((-p * m2) / (8 * z2))
    }, 0)
    return (sum * Math.sqrt(2 * Math.PI)) / scale
  })
}
