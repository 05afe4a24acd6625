import { createHash } from 'node:crypto'

/** Below this, looking for pictures costs more than it saves. */
const SMALL = 16_384
/** Texts of base64 that are shorter are left alone: they may be anything. */
const MIN_INLINE = 1_024

const BASE64_FIELDS = new Set(['data', 'file_data', 'b64_json', 'bytes'])

/**
 * Messages as JSON text. Pictures, sounds and files that stand inside as base64 are replaced by `sha256:` and the hash of their
 * bytes, as the server itself would store them, so that they need not travel. '' for what cannot be written as JSON.
 */
export function contentJson(value: unknown): string {
  if (typeof value === 'string') return value
  const json = JSON.stringify(value) ?? ''
  return json.length < SMALL ? json : (JSON.stringify(value, withoutInlineData) ?? '')
}

function withoutInlineData(this: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length < MIN_INLINE) return value
  const comma = value.startsWith('data:') ? value.indexOf(',') : -1
  if (comma > 0) return hashOf(value.slice(comma + 1))
  return BASE64_FIELDS.has(key) && /^[A-Za-z0-9+/_=-]+$/.test(value) ? hashOf(value) : value
}

function hashOf(base64: string): string {
  return `sha256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex')}`
}
