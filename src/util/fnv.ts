/** FNV-1a over UTF-16 units, an unsigned integer of 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). Its last bits are mixed best. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
