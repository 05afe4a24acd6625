/** Any text of UTF-8 but the empty one can name a label. */
export function isLabelName(name: string): boolean {
  return name !== '' && !/\p{Surrogate}/u.test(name)
}
