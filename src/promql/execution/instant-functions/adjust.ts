import type { AdjustFunctionName } from '../../plan/function-names.ts'
import { goMax, goMin } from '../../float-arithmetic.ts'
import type { ValueMap } from './map-values.ts'

/** `clamp*` and `round`; each argument has one value a step. */
export function adjustFunction(name: AdjustFunctionName, args: readonly Float64Array[]): ValueMap {
  const [first, second] = args
  switch (name) {
    case 'clamp':
      return {
        change: (value, step) => clamp(value, first?.[step] ?? NaN, second?.[step] ?? NaN),
        omits: (step) => (second?.[step] ?? NaN) < (first?.[step] ?? NaN),
      }
    case 'clamp_min':
      return { change: (value, step) => clamp(value, first?.[step] ?? NaN, Infinity) }
    case 'clamp_max':
      return { change: (value, step) => clamp(value, -Infinity, first?.[step] ?? NaN) }
    case 'round':
      return { change: (value, step) => roundTo(value, first?.[step] ?? 1) }
  }
}

function clamp(value: number, min: number, max: number): number {
  return goMax(min, goMin(max, value))
}

/** Ties go up. Multiplying by the inverse loses less than dividing. */
function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest
  return Math.floor(value * inverse + 0.5) / inverse
}
