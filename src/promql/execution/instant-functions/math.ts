import type { MathFunctionName } from '../../plan/function-names.ts'

/** The function of one value by its name. */
export function mathFunction(name: MathFunctionName): (value: number) => number {
  switch (name) {
    case 'ln':
      return Math.log
    case 'sgn':
      return signOf
    case 'deg':
      return (value) => (value * 180) / Math.PI
    case 'rad':
      return (value) => (value * Math.PI) / 180
    default:
      return Math[name]
  }
}

/** -1, 1, or the value itself when it is 0 or NaN. */
function signOf(value: number): number {
  if (value < 0) return -1
  return value > 0 ? 1 : value
}
