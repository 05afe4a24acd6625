import { rememberLast } from './remember.ts'
import { isDigit } from './script.ts'
import { unitsOf } from './units.ts'

/** The last place of each run of digits in a text. */
export const digitRunsOf = rememberLast((text: string): readonly number[] => {
  const units = unitsOf(text)
  const places: number[] = []
  let isRun = false
  for (let i = 0; i < units.length; i++) {
    const isPart = isDigit(units[i] ?? 0)
    if (isRun && !isPart) places.push(i - 1)
    isRun = isPart
  }
  if (isRun) places.push(units.length - 1)
  return places
})
