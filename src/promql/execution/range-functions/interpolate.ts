import type { Samples } from '../samples.ts'

/**
 * The value at `timeMs` on the line between sample `index` and the next. For a counter that fell between the two, the
 * line begins at 0: it started anew.
 */
export function interpolate(
  samples: Pick<Samples, 'timestampsMs' | 'values'>,
  index: number,
  timeMs: number,
  counter: boolean,
): number {
  const { timestampsMs, values } = samples
  const left = values[index]!
  const right = values[index + 1]!
  const from = counter && right < left ? 0 : left
  return from + ((right - from) * (timeMs - timestampsMs[index]!)) / (timestampsMs[index + 1]! - timestampsMs[index]!)
}
