import { isMap, isScalar, type Document } from 'yaml'

/**
 * Where in its text a path of a YAML document stands: the key, which is where a reader looks, or an element of a list; of a path that
 * does not exist the nearest around it that does. Undefined for an empty document.
 */
export function yamlOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== undefined) return offset
  }
  return undefined
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const owner: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true)
  const parent: unknown = path.length === 1 ? document.contents : owner
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    if (isScalar(pair?.key)) return pair.key.range?.[0]
  }
  const node: unknown = document.getIn(path, true)
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}
