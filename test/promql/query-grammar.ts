/** Whose language: `classic` is what Prometheus 2.42 knows too, `full` adds what came later and what is experimental. */
export type Dialect = 'classic' | 'full'

/** A stream of numbers in [0, 1) that a seed fixes (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const COUNTERS = ['requests_total', 'errors_total', 'lat_bucket', 'lat_sum']
const GAUGES = ['temp', 'load_now', 'temp']
const LABELS = ['job', 'instance', 'path', 'le', 'zone']
const RANGES = ['37s', '1m', '2m', '5m', '11m']
const MATH = [
  'abs',
  'ceil',
  'floor',
  'exp',
  'sqrt',
  'ln',
  'log2',
  'log10',
  'sgn',
  'deg',
  'rad',
  'sin',
  'cos',
  'tan',
  'atan',
  'sinh',
  'tanh',
]
const MATH_RARE = ['asin', 'acos', 'asinh', 'acosh', 'atanh', 'cosh']
const DATES = ['day_of_month', 'day_of_week', 'day_of_year', 'days_in_month', 'hour', 'minute', 'month', 'year']
const DIFFERENCES = ['irate', 'delta', 'idelta', 'deriv', 'changes', 'resets']
const OVER_TIME = ['avg', 'min', 'max', 'sum', 'count', 'stddev', 'stdvar', 'last', 'present']
const OVER_TIME_LATER = ['mad', 'first', 'ts_of_min', 'ts_of_max', 'ts_of_first', 'ts_of_last']
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar']
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2']
const COMPARISONS = ['==', '!=', '>', '<', '>=', '<=']

/** Writes random queries that mostly make sense for the metrics of `random-data.ts`. */
export class QueryGrammar {
  readonly #random: () => number
  readonly #full: boolean

  readonly #baseSeconds: number

  /** `baseSeconds`: when the data begin, for `@`. */
  constructor(random: () => number, dialect: Dialect, baseSeconds = 0) {
    this.#random = random
    this.#full = dialect === 'full'
    this.#baseSeconds = baseSeconds
  }

  /** A query of any instant type. */
  query(): string {
    return this.#chance(0.08) ? this.#scalar(3) : this.#vector(1 + this.#below(4))
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const chosen = choices[this.#below(choices.length)]
    if (chosen === undefined) throw new Error('nothing to pick from')
    return chosen
  }

  #vector(depth: number): string {
    if (depth <= 0) return this.#selector()
    const choice = this.#below(this.#full ? 22 : 18)
    switch (choice) {
      case 0:
      case 1:
        return this.#selector()
      case 2:
      case 3:
      case 4:
        return this.#rangeFunction(depth)
      case 5:
      case 6:
      case 7:
        return this.#aggregation(depth)
      case 8:
      case 9:
        return this.#vectorScalar(depth)
      case 10:
      case 11:
        return this.#vectorVector(depth)
      case 12:
        return `(${this.#vector(depth - 1)}) ${this.#pick(['and', 'or', 'unless'])}${this.#setMatching()} (${this.#vector(depth - 1)})`
      case 13:
        return this.#instantFunction(depth)
      case 14:
        return this.#labelFunction(depth)
      case 15:
        return this.#histogram(depth)
      case 16:
        return this.#pick([
          `-${this.#paren(depth)}`,
          `vector(${this.#scalar(depth - 1)})`,
          `sort(${this.#vector(depth - 1)})`,
        ])
      case 17:
        return this.#pick([
          `absent(${this.#vector(depth - 1)})`,
          `absent_over_time(${this.#matrix(depth)})`,
          `timestamp(${this.#vector(depth - 1)})`,
        ])
      default:
        return this.#laterVector(depth)
    }
  }

  #paren(depth: number): string {
    return `(${this.#vector(depth - 1)})`
  }

  #laterVector(depth: number): string {
    return this.#pick([
      () => `info(${this.#selector()})`,
      () => `info(${this.#vector(depth - 1)}, {zone=~".+"})`,
      () => `sort_by_label(${this.#vector(depth - 1)}, "${this.#pick(LABELS)}")`,
      () => `limitk${this.#grouping()}(${1 + this.#below(3)}, ${this.#vector(depth - 1)})`,
      () => `limit_ratio(${this.#pick(['0.4', '-0.3', '0.9', '1.2'])}, ${this.#vector(depth - 1)})`,
      () =>
        `${this.#pick(['rate', 'increase', 'delta'])}(${this.#metric()}[${this.#pick(RANGES)}] ${this.#pick(['anchored', 'smoothed'])}${this.#modifiers()})`,
      () => `${this.#pick(['resets', 'changes'])}(${this.#metric()}[${this.#pick(RANGES)}] anchored)`,
      () => `${this.#metric()} smoothed`,
      () =>
        `(${this.#vector(depth - 1)}) ${this.#pick(ARITHMETIC)} on(job, instance) fill(${this.#below(3)}) (${this.#vector(depth - 1)})`,
      () =>
        `(${this.#vector(depth - 1)}) ${this.#pick(ARITHMETIC)} ignoring(path, le) group_left() fill_right(1) (${this.#vector(depth - 1)})`,
      () => `double_exponential_smoothing(${this.#matrix(depth)}, 0.3, 0.6)`,
      () => `histogram_quantiles(${this.#histogramInput(depth)}, "q", 0.1, 0.9)`,
      () => `histogram_fraction(0.1, ${this.#pick(['1', '7', 'Inf'])}, ${this.#histogramInput(depth)})`,
    ])()
  }

  #scalar(depth: number): string {
    if (depth <= 0 || this.#chance(0.4))
      return this.#pick(['0', '1', '2.5', '-3', '10', 'Inf', 'NaN', '1e3', '0.1', '60'])
    return this.#pick([
      () => 'time()',
      () => 'pi()',
      () => `scalar(${this.#vector(depth - 1)})`,
      () => `(${this.#scalar(depth - 1)} ${this.#pick(ARITHMETIC)} ${this.#scalar(depth - 1)})`,
      () => `(${this.#scalar(depth - 1)} ${this.#pick(COMPARISONS)} bool ${this.#scalar(depth - 1)})`,
      () => `-${this.#scalar(depth - 1)}`,
    ])()
  }

  #metric(): string {
    const name = this.#pick(this.#chance(0.6) ? COUNTERS : GAUGES)
    return name + this.#matchers()
  }

  #matchers(): string {
    if (this.#chance(0.55)) return ''
    const matcher = this.#pick([
      'job="api"',
      'job!="api"',
      'job=~"a.*"',
      'instance=~"i[01]"',
      'path!~"/x|/y"',
      'le="+Inf"',
      'le!="+Inf"',
      'instance="i1"',
      'zone=""',
      'job="none"',
    ])
    return this.#chance(0.2) ? `{${matcher},instance!="i2"}` : `{${matcher}}`
  }

  #selector(): string {
    if (this.#chance(0.04)) return `{__name__=~"${this.#pick(['requests_total|errors_total', 'te.*', '.*_sum'])}"}`
    return this.#metric() + this.#modifiers()
  }

  #modifiers(): string {
    if (this.#chance(0.75)) return ''
    const at = this.#pick([
      `@ ${this.#baseSeconds + 613.25}`,
      '@ start()',
      '@ end()',
      `@ ${this.#baseSeconds + 1207.25}`,
    ])
    const offset = this.#pick(['offset 1m', 'offset 3m', 'offset -1m', 'offset 47s'])
    return ` ${this.#pick([at, offset, offset, `${at} ${offset}`])}`
  }

  #matrix(depth: number): string {
    if (depth <= 1 || this.#chance(0.75)) return `${this.#metric()}[${this.#pick(RANGES)}]${this.#modifiers()}`
    const step = this.#pick(['', '17s', '1m', '30s'])
    const inner = this.#vector(depth - 2)
    // In a subquery within a subquery all times are multiples of steps, where 2.x windows have one sample more.
    if (!this.#full && inner.includes(':')) return `${this.#metric()}[${this.#pick(RANGES)}]`
    return `(${inner})[${this.#pick(['2m', '3m', '5m'])}:${step}]${this.#modifiers()}`
  }

  #rangeFunction(depth: number): string {
    const matrix = this.#matrix(depth)
    return this.#pick([
      () => `${this.#pick(['rate', 'increase'])}(${this.#counterMatrix(depth)})`,
      () => `${this.#pick(DIFFERENCES)}(${matrix})`,
      () => `${this.#pick(OVER_TIME)}_over_time(${matrix})`,
      () => `${this.#pick(this.#full ? OVER_TIME_LATER : OVER_TIME)}_over_time(${matrix})`,
      () =>
        `quantile_over_time(${this.#pick(['0.5', '0.9', '0', '1', '1.5', this.#scalar(1)])}, ${this.#fixable(matrix)})`,
      () => `predict_linear(${this.#fixable(matrix)}, ${this.#pick(['60', '-30', '600'])})`,
    ])()
  }

  /** Prometheus before 2.51 takes another rate of a counter near 0 for right; the metrics themselves stay away from that. */
  #counterMatrix(depth: number): string {
    if (this.#full) return this.#matrix(depth)
    return `${this.#pick(COUNTERS)}${this.#matchers()}[${this.#pick(RANGES)}]${this.#modifiers()}`
  }

  /** Prometheus 2.42 loses steps where a function of the time, or with another argument that changes, has a range with `@`. */
  #fixable(matrix: string): string {
    return this.#full ? matrix : matrix.replace(/ @ \S+/g, '')
  }

  #grouping(): string {
    if (this.#chance(0.25)) return ''
    const labels = this.#pick([['job'], ['instance'], ['job', 'instance'], ['le'], ['job', 'le'], ['path'], []])
    return ` ${this.#pick(['by', 'by', 'without'])} (${labels.join(', ')}) `
  }

  #aggregation(depth: number): string {
    const input = this.#vector(depth - 1)
    if (this.#chance(0.7)) return `${this.#pick(AGGREGATIONS)}${this.#grouping()}(${input})`
    return this.#pick([
      () => `topk${this.#grouping()}(${this.#pick(['1', '2', '5', this.#scalar(1)])}, ${input})`,
      () => `bottomk${this.#grouping()}(${this.#pick(['1', '3'])}, ${input})`,
      () => `quantile${this.#grouping()}(${this.#pick(['0.5', '0.25', '1', '-1', this.#scalar(1)])}, ${input})`,
      () => `count_values${this.#grouping()}("v", ${input})`,
    ])()
  }

  #vectorScalar(depth: number): string {
    const [vector, scalar] = [this.#paren(depth), this.#scalar(depth - 1)]
    const operator = this.#chance(0.6)
      ? this.#pick(ARITHMETIC)
      : `${this.#pick(COMPARISONS)}${this.#chance(0.4) ? ' bool' : ''}`
    return this.#chance(0.7) ? `${vector} ${operator} ${scalar}` : `${scalar} ${operator} ${vector}`
  }

  #setMatching(): string {
    return this.#pick(['', '', ' on(job)', ' on(job, instance)', ' ignoring(path)', ' ignoring(le)', ' on()'])
  }

  #vectorVector(depth: number): string {
    const operator = this.#chance(0.65)
      ? this.#pick(ARITHMETIC)
      : `${this.#pick(COMPARISONS)}${this.#chance(0.4) ? ' bool' : ''}`
    const left = this.#vector(depth - 1)
    const right = this.#chance(0.4) ? left : this.#vector(depth - 1)
    const matching = this.#pick([
      '',
      '',
      ' on(job, instance)',
      ' ignoring(path)',
      ' ignoring(path, le) group_left()',
      ' on(job) group_left()',
      ' on(job, instance) group_right(path)',
      ' on(instance) group_left(path)',
    ])
    return `(${left}) ${operator}${matching} (${right})`
  }

  #instantFunction(depth: number): string {
    const input = this.#vector(depth - 1)
    return this.#pick([
      () => `${this.#pick(MATH)}(${input})`,
      () => `${this.#pick(MATH_RARE)}(${input})`,
      () => `${this.#pick(DATES)}(${this.#chance(0.3) ? '' : input})`,
      () => `clamp(${input}, ${this.#scalar(1)}, ${this.#scalar(1)})`,
      () => `clamp_${this.#pick(['min', 'max'])}(${input}, ${this.#scalar(1)})`,
      () => `round(${input}${this.#pick(['', ', 5', ', 0.1', ', 0'])})`,
    ])()
  }

  #labelFunction(depth: number): string {
    const input = this.#vector(depth - 1)
    return this.#pick([
      () => `label_replace(${input}, "zone", "z-$1", "instance", "i(.)")`,
      () => `label_replace(${input}, "instance", "$1", "path", "/(.*)")`,
      () => `label_replace(${input}, "job", "", "job", ".*")`,
      () => `label_join(${input}, "both", "-", "job", "instance")`,
    ])()
  }

  #histogramInput(depth: number): string {
    return this.#pick([
      `lat_bucket${this.#modifiers()}`,
      `rate(lat_bucket[${this.#pick(RANGES)}])`,
      `sum by (job, le) (rate(lat_bucket[5m]))`,
      `sum by (le) (lat_bucket)`,
      this.#vector(depth - 1),
    ])
  }

  #histogram(depth: number): string {
    return `histogram_quantile(${this.#pick(['0.5', '0.9', '0', '1', '-1', this.#scalar(1)])}, ${this.#histogramInput(depth)})`
  }
}
