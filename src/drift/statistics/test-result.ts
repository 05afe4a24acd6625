/** A statistic and how probable one at least as extreme is when both sides come from the same distribution. */
export interface TestResult {
  readonly statistic: number
  readonly pValue: number
}

/** Of a test for which there is nothing to compare. */
export const NO_RESULT: TestResult = { statistic: NaN, pValue: NaN }
