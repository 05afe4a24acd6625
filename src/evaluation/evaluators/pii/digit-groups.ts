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
  let start = -1
  let last = -1
  let digits = 0
  const units = unitsOf(text)
  for (let i = 0; i <= units.length; i++) {
    // After the last unit there is none, which is no digit.
    const unit = units[i] ?? 0
    if (unit >= 0x30 && unit <= 0x39) {
      if (start === -1) start = i
      last = i
      digits++
    } else if (start !== -1 && i - last > MAX_GAP) {
      groups.push({ start, end: last + 1, digits })
      start = -1
      digits = 0
    }
  }
  if (start !== -1) groups.push({ start, end: last + 1, digits })
  return groups
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
