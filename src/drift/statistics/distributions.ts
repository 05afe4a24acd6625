/** Lanczos' and Stirling's constants are not needed together: below this the argument is raised by the recurrence first. */
const STIRLING_FROM = 15
/** Bernoulli numbers B(2k) / (2k (2k - 1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1_260, -1 / 1_680, 1 / 1_188, -691 / 360_360, 1 / 156] as const
const PRECISION = 1e-16
const MAX_ITERATIONS = 100_000
/** Keeps a continued fraction from dividing by zero (Lentz). */
const TINY = 1e-300

/** ln Γ(x) for x > 0, to about 1e-15 relative: Stirling's series (DLMF 5.11.1) after raising small arguments. */
export function logGamma(x: number): number {
  let raised = x
  let product = 1
  while (raised < STIRLING_FROM) product *= raised++
  const inverse = 1 / raised
  const series = STIRLING.reduceRight((sum, coefficient) => sum * inverse * inverse + coefficient, 0) * inverse
  return (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}

/** Q(a, x) = Γ(a, x) / Γ(a): series below a + 1 (DLMF 8.7.1), continued fraction above (DLMF 8.9.2), so that small tails keep their digits. */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return x <= 0 ? 1 : NaN
  if (x === Infinity) return 0
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - front * lowerGammaSeries(a, x) : front * upperGammaFraction(a, x)
}

function lowerGammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MAX_ITERATIONS && term > sum * PRECISION; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function upperGammaFraction(a: number, x: number): number {
  const term = (n: number): readonly [numerator: number, denominator: number] =>
    n === 0 ? [1, x + 1 - a] : [-n * (n - a), x + 2 * n + 1 - a]
  return continuedFraction(term)
}

/** a0 / (b0 + a1 / (b1 + ...)) by the modified Lentz method (Thompson and Barnett 1986). */
function continuedFraction(term: (n: number) => readonly [numerator: number, denominator: number]): number {
  let value = TINY
  let c = value
  let d = 0
  for (let n = 0; n < MAX_ITERATIONS; n++) {
    const [numerator, denominator] = term(n)
    d = 1 / nonZero(denominator + numerator * d)
    c = nonZero(denominator + numerator / c)
    value *= c * d
    if (Math.abs(c * d - 1) < PRECISION) break
  }
  return value
}

function nonZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x
}

/** P(χ² > x) with so many degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2)
}

/** P(Z > z) for a standard normal Z; tails keep their digits down to the smallest number. */
export function normalTail(z: number): number {
  return z < 0 ? 1 - normalTail(-z) : 0.5 * upperGamma(0.5, (z * z) / 2)
}

/** P(|T| > |t|) for Student's t: I(ν / (ν + t²); ν/2, 1/2), DLMF 8.17. */
export function studentTwoSided(t: number, degrees: number): number {
  const x = degrees / (degrees + t * t)
  const complement = (t * t) / (degrees + t * t)
  return regularBeta({ x, complement, a: degrees / 2, b: 0.5 })
}

interface BetaArguments {
  readonly x: number
  /** 1 - x, which the caller may know more exactly than a subtraction would. */
  readonly complement: number
  readonly a: number
  readonly b: number
}

/** I(x; a, b) by the continued fraction of DLMF 8.17.22, on the side where it converges fast. */
function regularBeta({ x, complement, a, b }: BetaArguments): number {
  if (!(x > 0 && complement > 0)) return Number.isNaN(x) ? NaN : x > 0 ? 1 : 0
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * logOf(x, complement) + b * logOf(complement, x),
  )
  const isLower = x < (a + 1) / (a + b + 2)
  return isLower ? (front / a) * betaFraction(x, a, b) : 1 - (front / b) * betaFraction(complement, b, a)
}

/** ln x, by way of 1 - x where x is near one. */
function logOf(x: number, complement: number): number {
  return x > 0.5 ? Math.log1p(-complement) : Math.log(x)
}

function betaFraction(x: number, a: number, b: number): number {
  return continuedFraction((n) => {
    if (n === 0) return [1, 1]
    const m = Math.floor(n / 2)
    const isEven = n % 2 === 0
    const numerator = isEven
      ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
      : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n))
    return [numerator, 1]
  })
}
