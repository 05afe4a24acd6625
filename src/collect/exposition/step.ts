/** Lines that are read in one go; of series never seen before they take about 10 ms. */
export const LINES_PER_STEP = 2_000
