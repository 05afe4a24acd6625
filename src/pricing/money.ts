/**
 * Money as whole nano-dollars (1e-9 US dollars), so that sums over millions of requests are exact.
 * Rates are whole nano-dollars per million tokens: $0.0375 per million tokens is 37,500,000.
 */
export type NanoUsd = bigint

const NANO = 1_000_000_000
const MILLION = 1_000_000n

/** Dollars (at most nine decimals count) as nano-dollars. */
export function nanoUsdOf(usd: number): NanoUsd {
  return BigInt(Math.round(usd * NANO))
}

/** The double nearest to the exact amount. */
export function usdOf(nano: NanoUsd): number {
  return Number(nano) / NANO
}

/** Tokens times a rate per million, rounded half up to a nano-dollar. */
export function costOfTokens(tokens: number, ratePerMillion: NanoUsd): NanoUsd {
  return (BigInt(tokens) * ratePerMillion + MILLION / 2n) / MILLION
}

/** An amount times a factor such as 0.5 (three decimals count), rounded half up. */
export function scaled(amount: NanoUsd, factor: number): NanoUsd {
  return factor === 1 ? amount : (amount * BigInt(Math.round(factor * 1000)) + 500n) / 1000n
}

/** Exact decimal text: `12.003456789`; trailing zeros are left out. */
export function formatUsd(nano: NanoUsd): string {
  const sign = nano < 0n ? '-' : ''
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`
}
