import { createHash, createHmac } from 'node:crypto'
import type { HttpPost } from './http-sender.ts'

/** A call of Aliyun's RPC style: everything stands in the query. */
export interface AliyunCall {
  /** `https://dysmsapi.aliyuncs.com`, without a path. */
  readonly endpoint: string
  readonly action: string
  readonly version: string
  readonly query: Readonly<Record<string, string>>
}

export interface AliyunKey {
  readonly id: string
  readonly secret: string
}

const ALGORITHM = 'ACS3-HMAC-SHA256'
const EMPTY_BODY_HASH = sha256('')

/**
 * The call, signed with ACS3-HMAC-SHA256 (https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature).
 * The nonce is one that no other call of a quarter of an hour has: the call itself and its time make it.
 */
export function acs3Request(call: AliyunCall, key: AliyunKey, nowMs: number): HttpPost {
  const query = Object.entries(call.query)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
    .join('&')
  const { host } = new URL(call.endpoint)
  const signed: Readonly<Record<string, string>> = {
    host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': EMPTY_BODY_HASH,
    'x-acs-date': `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': sha256(`${nowMs}\n${call.action}\n${query}`).slice(0, 32),
    'x-acs-version': call.version,
  }
  const headers = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const names = Object.keys(signed).join(';')
  const canonical = ['POST', '/', query, headers.join(''), names, EMPTY_BODY_HASH].join('\n')
  const signature = createHmac('sha256', key.secret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest('hex')
  const authorization = `${ALGORITHM} Credential=${key.id},SignedHeaders=${names},Signature=${signature}`
  return { url: `${call.endpoint}/?${query}`, body: '', headers: { ...signed, authorization } }
}

/** RFC 3986: also `!'()*`, which JavaScript leaves alone. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
