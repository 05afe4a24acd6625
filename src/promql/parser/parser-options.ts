/** The experimental features that change what is a valid query. The engine's `Features` satisfy it. */
export interface ParserOptions {
  /** Functions and aggregations marked experimental (`info`, `limitk`, `mad_over_time` ...). */
  readonly experimentalFunctions: boolean
  /** Arithmetic in durations: `[5m * 2]`, `offset step()`. */
  readonly durationExpressions: boolean
  /** The modifiers `anchored` and `smoothed`. */
  readonly extendedRangeSelectors: boolean
  /** The modifiers `fill`, `fill_left` and `fill_right` of binary operators. */
  readonly binopFill: boolean
}
