import type { Words } from './words.ts'

/** Words from `from` to before `to`. */
export interface WordWindow {
  readonly from: number
  readonly to: number
}

/** Windows of `size` words that overlap by a third and cover all words; one window when there are not many more. */
export function windowsOf(words: Words, size: number): WordWindow[] {
  if (words.count <= size * 1.5) return [{ from: 0, to: words.count }]
  const step = Math.ceil((size * 2) / 3)
  const windows: WordWindow[] = []
  for (let from = 0; from + size - step < words.count; from += step) {
    windows.push({ from, to: Math.min(words.count, from + size) })
  }
  return windows
}
