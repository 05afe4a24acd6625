import type { ParserOptions } from '../../src/promql/parser/parser-options.ts'

/** PromQL as a Prometheus without feature flags takes it. */
export const STOCK_SYNTAX: ParserOptions = {
  experimentalFunctions: false,
  durationExpressions: false,
  extendedRangeSelectors: false,
  binopFill: false,
}
