/** One series of random data: a value for each step of the data; null: no sample, `stale`: a stale marker. */
export interface RandomSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly values: ReadonlyArray<number | 'stale' | null>
}

/** Distance between samples. */
export const DATA_STEP_MS = 15_000

export interface RandomDataOptions {
  readonly steps: number
  /** What counters fall to when they are reset. Prometheus before 2.51 computes the rate of one that is near 0 differently. */
  readonly resetTo: 'zero' | 'half'
}

/** Series that show what makes PromQL hard: resets, gaps, series that end and come back, NaN and infinities, histograms. */
export function randomSeries(random: () => number, options: RandomDataOptions): RandomSeries[] {
  const { steps } = options
  const series: RandomSeries[] = []
  for (const job of ['api', 'app']) {
    for (const instance of ['i0', 'i1', 'i2']) {
      for (const path of ['/x', '/y']) {
        if (random() < 0.1) continue
        const labels = { job, instance, path }
        series.push({ labels: { ...labels, __name__: 'requests_total' }, values: counter(random, options) })
        if (random() < 0.7)
          series.push({ labels: { ...labels, __name__: 'errors_total' }, values: counter(random, options) })
        series.push({ labels: { ...labels, __name__: 'temp' }, values: gauge(random, steps) })
      }
      series.push({ labels: { job, instance, __name__: 'load_now' }, values: gauge(random, steps) })
      series.push({ labels: { job, instance, __name__: 'lat_sum' }, values: counter(random, options) })
      series.push(...histogram(random, options, { job, instance }))
      const zone = random() < 0.5 ? 'east' : 'west'
      if (random() < 0.8) {
        const target = { job, instance, zone, version: String(Math.floor(random() * 3)), __name__: 'target_info' }
        series.push({ labels: target, values: Array.from({ length: steps }, () => 1) })
      }
    }
  }
  return series
}

function counter(random: () => number, { steps, resetTo }: RandomDataOptions): Array<number | 'stale' | null> {
  const rate = random() * 30
  const whole = random() < 0.7
  let value = resetTo === 'zero' && random() < 0.5 ? 0 : 5e5 + random() * 1e6
  if (whole) value = Math.floor(value)
  return withGaps(random, steps, () => {
    if (random() < 0.02) value = resetTo === 'zero' ? 0 : Math.floor(value / 2)
    const growth = random() * rate
    value += whole ? Math.floor(growth) : growth
    return value
  })
}

function gauge(random: () => number, steps: number): Array<number | 'stale' | null> {
  const scale = 10 ** (random() * 6 - 2)
  const odd = random() < 0.2
  return withGaps(random, steps, () => {
    if (odd && random() < 0.05) return [NaN, Infinity, -Infinity][Math.floor(random() * 3)] ?? NaN
    return random() < 0.3 ? Math.floor(random() * 5) : (random() - 0.4) * scale
  })
}

function withGaps(random: () => number, steps: number, next: () => number): Array<number | 'stale' | null> {
  const values: Array<number | 'stale' | null> = []
  const gappy = random() < 0.3
  let missing = random() < 0.2 ? Math.floor(random() * steps) : 0
  while (values.length < steps) {
    if (missing > 0) {
      values.push(null)
      missing--
    } else if (gappy && random() < 0.03) {
      if (random() < 0.5) values.push('stale')
      missing = Math.floor(random() * 30)
    } else {
      values.push(next())
    }
  }
  return values.slice(0, steps)
}

const BOUNDS = ['0.1', '0.5', '1', '2.5', '10', '+Inf']

function histogram(
  random: () => number,
  { steps, resetTo }: RandomDataOptions,
  labels: Readonly<Record<string, string>>,
): RandomSeries[] {
  const counts = BOUNDS.map((): number => (resetTo === 'zero' ? 0 : 1e5))
  const rows = Array.from({ length: steps }, () => {
    if (random() < 0.01) counts.forEach((count, i) => (counts[i] = resetTo === 'zero' ? 0 : Math.floor(count / 2)))
    for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + Math.floor(random() * 6)
    let total = 0
    return counts.map((count) => (total += count))
  })
  return BOUNDS.map((le, i) => ({
    labels: { ...labels, le, __name__: 'lat_bucket' },
    values: rows.map((row) => row[i] ?? 0),
  }))
}
