import { createHash } from 'node:crypto'
import { EMBEDDING } from '../../model/embedding.ts'
import type { AttributeValue, Attributes } from '../../model/span.ts'
import type { Capture } from './config.ts'

/** A piece of a text that must not be kept; UTF-16 indexes. */
export interface SensitivePiece {
  /** Stands in its place: `EMAIL_ADDRESS`. */
  readonly kind: string
  readonly start: number
  readonly end: number
}

/** Finds what is personal or secret in a text, in any order; pieces may overlap. */
export type SensitiveFinder = (text: string) => readonly SensitivePiece[]

/** What may be kept of a text. Doing it twice gives the same as once. */
export type TextProtection = (text: string) => string

const HASHED = /^sha256:[0-9a-f]{64}$/

export function protectionOf(capture: Capture, find: SensitiveFinder): TextProtection {
  switch (capture) {
    case 'full':
      return (text) => text
    case 'redacted':
      return (text) => (text === '' ? '' : withoutPieces(text, find(text)))
    case 'hashed':
      return hashed
    case 'none':
      return () => ''
  }
}

function hashed(text: string): string {
  return text === '' || HASHED.test(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** The text with `[KIND]` in the place of each piece; of pieces that overlap, everything that any of them covers goes. */
function withoutPieces(text: string, pieces: readonly SensitivePiece[]): string {
  if (pieces.length === 0) return text
  let kept = ''
  let at = 0
  for (const { kind, start, end } of pieces.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (start >= at) kept += `${text.slice(at, start)}[${kind}]`
    at = Math.max(at, end)
  }
  return kept + text.slice(at)
}

/** Names that describe how a call was made and never what was said. */
const OPERATIONAL =
  /^(?:tetrascope\.|http\.(?:response\.status_code|request\.method|route)$|url\.path$|server\.|network\.|service\.|telemetry\.|otel\.)/

/** Attributes whose texts are protected as deep as they go. Texts that only say how a call was made stay, except for what is found in them. */
export function protectAttributes(attributes: Attributes, capture: Capture, find: SensitiveFinder): Attributes {
  if (capture === 'full') return attributes
  const texts = protectionOf(capture, find)
  const operational = protectionOf('redacted', find)
  // An embedding is made of what was said, and much of it can be told from one.
  const keepsEmbedding = capture === 'redacted'
  const kept = Object.entries(attributes).filter(([name]) => keepsEmbedding || name !== EMBEDDING)
  return Object.fromEntries(
    kept.map(([name, value]) => {
      return [name, protectValue(value, OPERATIONAL.test(name) ? operational : texts)]
    }),
  )
}

function protectValue(value: AttributeValue, protect: TextProtection): AttributeValue {
  if (typeof value === 'string') return protect(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: AttributeValue) => protectValue(item, protect))
  // Bytes cannot be searched.
  if (value instanceof Uint8Array) return new Uint8Array()
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, protectValue(inner, protect)]))
}
