/** East Asian wide and fullwidth characters take two columns of a terminal (Unicode TR 11, the blocks in use). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Columns that a text takes in a terminal; escape sequences take none. */
export function textWidth(text: string): number {
  let width = 0
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  for (const character of text.replaceAll(/\u001b\[[0-9;]*m/g, '')) width += WIDE.test(character) ? 2 : 1
  return width
}

export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text
}
