/**
 * A label name that is no legacy name travels in a path as `U__`, with `__` for `_` and `_hex_` for each other character. Gives the
 * name that is meant; a text that is not escaped so, or wrongly, stands for itself.
 */
export function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name
  let unescaped = ''
  const escaped = /__|_([0-9a-fA-F]{1,6})_|([a-zA-Z0-9:])/y
  escaped.lastIndex = 3
  while (escaped.lastIndex < name.length) {
    const [token, hex, plain] = escaped.exec(name) ?? []
    if (token === undefined || Number.parseInt(hex ?? '0', 16) > 0x10ffff) return name
    unescaped += plain ?? (hex === undefined ? '_' : String.fromCodePoint(Number.parseInt(hex, 16)))
  }
  return unescaped
}
