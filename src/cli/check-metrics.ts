import { checkMetrics } from '../collect/exposition/metrics-check.ts'
import type { ExpositionFormat } from '../collect/exposition/exposition.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/** `check metrics FILE`: says what a body of metrics holds and what could be better, or throws an error that names each fault's line. */
export function checkMetricsFile(
  file: string,
  format: ExpositionFormat | undefined,
  write: (text: string) => void,
): void {
  const check = checkMetrics(readInputFile(file), format)
  if (check.faults.length > 0) {
    throw new CommandError(check.faults.map((fault) => `${file}: ${fault.message}`).join('\n'))
  }
  for (const advice of check.advice) write(`${file}: ${advice}\n`)
  const name = check.format === 'openmetrics' ? 'OpenMetrics 1.0' : 'text format 0.0.4'
  write(`${file}: valid ${name}; ${check.samples} samples, ${check.families} described families\n`)
}
