import { isDigit } from '../../text/script.ts'
import { unitsOf } from '../../text/units.ts'

/** Digits that stand close together, with the signs between them. UTF-16 indexes. */
export interface DigitGroup {
  readonly start: number
  readonly end: number
  readonly digits: number
}

/** Signs that may stand between two digits of one number. */
const MAX_GAP = 3

/** Every place of a text with digits: nearly all personal data has some, and prose has few, so all else is looked for around them. */
export function digitGroupsOf(text: string): DigitGroup[] {
  const groups: DigitGroup[] = []
  const units = unitsOf(text)
  const { length } = units
  let i = 0
  for (;;) {
    while (i < length && !isDigit(units[i] ?? 0)) i++
    if (i === length) return groups
    const start = i
    let last = i
    let digits = 0
    for (; i < length && i - last <= MAX_GAP; i++) {
      if (!isDigit(units[i] ?? 0)) continue
      last = i
      digits++
    }
    groups.push({ start, end: last + 1, digits })
  }
}

/** The parts of a text around some groups, `margin` characters to each side, joined where they overlap. */
export function partsAround(
  text: string,
  groups: readonly DigitGroup[],
  margin: number,
): Array<{ readonly from: number; readonly to: number }> {
  const parts: Array<{ from: number; to: number }> = []
  for (const { start, end } of groups) {
    const from = Math.max(0, start - margin)
    const to = Math.min(text.length, end + margin)
    const last = parts.at(-1)
    if (last !== undefined && from <= last.to) last.to = to
    else parts.push({ from, to })
  }
  return parts
}
