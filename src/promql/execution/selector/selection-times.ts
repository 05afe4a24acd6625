import type { SampleWindows, TimeRange, WantedSamples } from '../../../storage/sample-store.ts'
import type { TimeShift } from '../../plan/node.ts'
import { timesOf, type Grid } from '../grid.ts'

/** For each step the time that a selector with `@` and offset looks at. */
export function selectionTimes(grid: Grid, shift: TimeShift): Float64Array {
  const times = timesOf(grid)
  for (let i = 0; i < times.length; i++) times[i] = (shift.atMs ?? times[i] ?? 0) - shift.offsetMs
  return times
}

/** The times of all samples that can matter: more than `beforeMs` before the first time is too old, more than `afterMs` after the last too new. */
export function samplesAround(times: Float64Array, beforeMs: number, afterMs = 0): TimeRange {
  return { minMs: (times[0] ?? 0) - beforeMs + 1, maxMs: (times[times.length - 1] ?? 0) + afterMs }
}

interface Reach {
  readonly endsMs: Float64Array
  readonly stepMs: number
  readonly rangeMs: number
  /** How far a window reaches beyond its end. */
  readonly afterMs?: number
}

/** The windows of `samplesAround` for the store. With `@` all are the same one. */
export function sampleWindows({ endsMs, stepMs, rangeMs, afterMs = 0 }: Reach, wanted: WantedSamples): SampleWindows {
  const firstEndMs = (endsMs[0] ?? 0) + afterMs
  const reachMs = rangeMs + afterMs
  const isOne = endsMs.length < 2 || endsMs[0] === endsMs[1]
  return { firstEndMs, rangeMs: reachMs, stepMs: isOne ? reachMs : stepMs, wanted }
}
