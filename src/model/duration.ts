const UNITS_MS: Readonly<Record<string, number>> = {
  y: 365 * 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
  d: 24 * 3_600_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
}

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Parses a duration as Prometheus writes it (`1h30m`, `15s`, `0`; units in falling order) to milliseconds. Throws with the text found. */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  const match = text === '' ? null : DURATION.exec(text)
  if (match === null) {
    throw new Error(`not a valid duration string: ${JSON.stringify(text)} (expected for example 15s, 5m, 1h30m)`)
  }
  return Object.values(UNITS_MS).reduce((total, unitMs, i) => total + Number(match[i + 1] ?? 0) * unitMs, 0)
}

/** Writes milliseconds as Prometheus does: 5400000 → `1h30m`. Weeks and years only when nothing is left over. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  let rest = Math.abs(durationMs)
  let text = durationMs < 0 ? '-' : ''
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue
    const count = Math.floor(rest / unitMs)
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}
