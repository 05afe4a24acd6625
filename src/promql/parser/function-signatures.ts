import type { ValueType } from './ast.ts'

/** What a function takes and gives. */
export interface FunctionSignature {
  readonly name: string
  readonly args: readonly ValueType[]
  /** How many arguments the last one stands for beyond its first, optional, occurrence: 0 none, 1 may be left out, -1 any number. */
  readonly variadic: number
  readonly returns: ValueType
  readonly experimental: boolean
}

type Extra = Partial<Pick<FunctionSignature, 'variadic' | 'returns' | 'experimental'>>

const EXPERIMENTAL: Extra = { experimental: true }
const EXPERIMENTAL_SCALAR: Extra = { experimental: true, returns: 'scalar' }
const OPTIONAL: Extra = { variadic: 1 }

const SIGNATURES: ReadonlyMap<string, FunctionSignature> = new Map(
  [
    ...each(['abs', 'ceil', 'exp', 'floor', 'ln', 'log10', 'log2', 'sgn', 'sqrt'], ['vector']),
    ...each(['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'], ['vector']),
    ...each(['asinh', 'acosh', 'atanh', 'deg', 'rad'], ['vector']),
    ...each(['absent', 'sort', 'sort_desc', 'timestamp'], ['vector']),
    ...each(['histogram_avg', 'histogram_count', 'histogram_sum', 'histogram_stddev', 'histogram_stdvar'], ['vector']),
    ...each(['day_of_month', 'day_of_week', 'day_of_year', 'days_in_month'], ['vector'], OPTIONAL),
    ...each(['hour', 'minute', 'month', 'year'], ['vector'], OPTIONAL),
    ...each(['avg', 'count', 'first', 'last', 'max', 'min', 'present', 'stddev'].map(overTime), ['matrix']),
    ...each(['absent', 'stdvar', 'sum'].map(overTime), ['matrix']),
    ...each(['changes', 'delta', 'deriv', 'idelta', 'increase', 'irate', 'rate', 'resets'], ['matrix']),
    ...each(['mad', 'ts_of_first', 'ts_of_last', 'ts_of_max', 'ts_of_min'].map(overTime), ['matrix'], EXPERIMENTAL),
    ...each(['pi', 'time'], [], { returns: 'scalar' }),
    ...each(['start', 'end', 'step', 'range'], [], EXPERIMENTAL_SCALAR),
    ...each(['max_of', 'min_of'], ['scalar', 'scalar'], EXPERIMENTAL_SCALAR),
    ...each(['clamp_max', 'clamp_min'], ['vector', 'scalar']),
    ...each(['sort_by_label', 'sort_by_label_desc'], ['vector', 'string'], { variadic: -1, experimental: true }),
    signature('clamp', ['vector', 'scalar', 'scalar']),
    signature('double_exponential_smoothing', ['matrix', 'scalar', 'scalar'], EXPERIMENTAL),
    signature('histogram_fraction', ['scalar', 'scalar', 'vector']),
    signature('histogram_quantile', ['scalar', 'vector']),
    signature('histogram_quantiles', ['vector', 'string', 'scalar', 'scalar'], { variadic: 9, experimental: true }),
    signature('info', ['vector', 'vector'], { variadic: 1, experimental: true }),
    signature('label_join', ['vector', 'string', 'string', 'string'], { variadic: -1 }),
    signature('label_replace', ['vector', 'string', 'string', 'string', 'string']),
    signature('predict_linear', ['matrix', 'scalar']),
    signature('quantile_over_time', ['scalar', 'matrix']),
    signature('round', ['vector', 'scalar'], OPTIONAL),
    signature('scalar', ['vector'], { returns: 'scalar' }),
    signature('start_timestamp', ['vector'], EXPERIMENTAL),
    signature('vector', ['scalar']),
  ].map((entry) => [entry.name, entry]),
)

export const FUNCTION_NAMES: readonly string[] = [...SIGNATURES.keys()]

/** The signature of a function of PromQL, undefined when there is none of that name. Names are case sensitive. */
export function functionSignature(name: string): FunctionSignature | undefined {
  return SIGNATURES.get(name)
}

function signature(name: string, args: readonly ValueType[], extra: Extra = {}): FunctionSignature {
  return { name, args, variadic: 0, returns: 'vector', experimental: false, ...extra }
}

function each(names: readonly string[], args: readonly ValueType[], extra?: Extra): FunctionSignature[] {
  return names.map((name) => signature(name, args, extra))
}

function overTime(what: string): string {
  return `${what}_over_time`
}
