/** Functions over the samples in a window, one series at a time. */
export const RANGE_FUNCTIONS = [
  'avg_over_time',
  'changes',
  'count_over_time',
  'delta',
  'deriv',
  'double_exponential_smoothing',
  'first_over_time',
  'idelta',
  'increase',
  'irate',
  'last_over_time',
  'mad_over_time',
  'max_over_time',
  'min_over_time',
  'predict_linear',
  'present_over_time',
  'quantile_over_time',
  'rate',
  'resets',
  'stddev_over_time',
  'stdvar_over_time',
  'sum_over_time',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
] as const
export type RangeFunctionName = (typeof RANGE_FUNCTIONS)[number]

/** Functions of one value. */
export const MATH_FUNCTIONS = [
  'abs',
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atanh',
  'ceil',
  'cos',
  'cosh',
  'deg',
  'exp',
  'floor',
  'ln',
  'log10',
  'log2',
  'rad',
  'sgn',
  'sin',
  'sinh',
  'sqrt',
  'tan',
  'tanh',
] as const
export type MathFunctionName = (typeof MATH_FUNCTIONS)[number]

/** Parts of the UTC date that a value, in seconds since 1970, stands for. */
export const DATE_FUNCTIONS = [
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
  'month',
  'year',
] as const
export type DateFunctionName = (typeof DATE_FUNCTIONS)[number]

/** Functions of a vector and scalars, value by value. */
export const ADJUST_FUNCTIONS = ['clamp', 'clamp_max', 'clamp_min', 'round'] as const
export type AdjustFunctionName = (typeof ADJUST_FUNCTIONS)[number]

/** Functions that read native histograms only. Float samples have no part in their results. */
export const HISTOGRAM_PART_FUNCTIONS = [
  'histogram_avg',
  'histogram_count',
  'histogram_stddev',
  'histogram_stdvar',
  'histogram_sum',
] as const
export type HistogramPartFunctionName = (typeof HISTOGRAM_PART_FUNCTIONS)[number]

export const SORT_FUNCTIONS = ['sort', 'sort_desc', 'sort_by_label', 'sort_by_label_desc'] as const
export type SortFunctionName = (typeof SORT_FUNCTIONS)[number]

/** Narrows a function name to one of a family. */
export function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name)
}
