/** A number in a catalogue unit as a person reads it. */
export function formatNumber(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  if (unit === 'USD' || unit === 'USD/h') return `$${formatMoney(value)}${unit === 'USD/h' ? '/h' : ''}`
  if (unit === 'ms' && Math.abs(value) >= 10_000) return `${formatPlain(value / 1000)} s`
  const suffix = unit === '' || unit === 'PSI' ? '' : unit === '%' ? '%' : unit === 'C' ? ' °C' : ` ${unit}`
  return formatPlain(value) + suffix
}

function formatPlain(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  if (size > 0 && size < 0.001) return value.toPrecision(2)
  if (size >= 1e6) return `${(value / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })}M`
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

function formatMoney(value: number): string {
  if (value === 0) return '0'
  return Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(Math.abs(value) < 1 ? 4 : 2)
}

/** What is missing for a cost: a call that failed has no tokens to put a price on. */
export function whyNoCost({
  inputTokens,
  outputTokens,
}: {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}): 'unknownTokens' | 'unknownCost' {
  return inputTokens === undefined || outputTokens === undefined ? 'unknownTokens' : 'unknownCost'
}

export function formatDurationMs(durationMs: number | undefined): string {
  if (durationMs === undefined) return '–'
  return durationMs >= 1000 ? `${(durationMs / 1000).toFixed(2)} s` : `${Math.round(durationMs)} ms`
}

/** `HH:MM:SS`, with the date when it is not today's. */
export function formatClock(timeMs: number, nowMs = Date.now()): string {
  const time = new Date(timeMs)
  const clock = time.toLocaleTimeString('en-GB')
  return time.toDateString() === new Date(nowMs).toDateString() ? clock : `${time.toLocaleDateString('sv-SE')} ${clock}`
}

/** `HH:MM:SS – HH:MM:SS`, with dates when it is not today. */
export function formatSpanOfTime(startMs: number, endMs: number): string {
  const [start, end] = [formatClock(startMs), formatClock(endMs)]
  const isOneDay = new Date(startMs).toDateString() === new Date(endMs).toDateString()
  return `${start} – ${isOneDay ? end.slice(-8) : end}`
}
