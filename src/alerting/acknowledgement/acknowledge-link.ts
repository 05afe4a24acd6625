import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { StateStore } from '../../storage/state-store.ts'

const KIND = 'acknowledge_link'
const SECRET_ID = 'secret'
const SECRET_BYTES = 32

/** Enough to tell groups apart, and to make guessing hopeless; a short message has no room for more. */
const GROUP_BYTES = 9
const TIME_BYTES = 5
const SIGNATURE_BYTES = 16

/** Links of messages older than this are dead. */
const VALID_MS = 7 * 86_400_000

/** Where the HTTP interface answers such links. */
export const ACKNOWLEDGE_PATH = '/acknowledge'

/** The address at which a token is taken. */
export function linkOf(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${ACKNOWLEDGE_PATH}/${token}`
}

/** What a link says: which group, and that we wrote it. */
export interface AcknowledgeToken {
  /** See `groupMark`. */
  readonly group: string
}

/** Names a group in a link: a part of the SHA-256 of its key. */
export function groupMark(groupKey: string): string {
  return createHash('sha256').update(groupKey).digest().subarray(0, GROUP_BYTES).toString('base64url')
}

/**
 * Makes and reads the links by which who gets a message says that they look after it: group and time, signed with HMAC-SHA256. Whoever
 * has the link may acknowledge; nobody can make one. The key is made once and kept in the store, so links outlive a restart.
 */
export class AcknowledgeLinks {
  readonly #store: StateStore
  #secret: Buffer = randomBytes(SECRET_BYTES)

  constructor(store: StateStore) {
    this.#store = store
  }

  /** Reads the key that signs, or keeps a new one. */
  async start(): Promise<void> {
    const kept = (await this.#store.documents(KIND)).get(SECRET_ID)
    if (typeof kept === 'string') this.#secret = Buffer.from(kept, 'base64url')
    else await this.#store.putDocuments(KIND, new Map([[SECRET_ID, this.#secret.toString('base64url')]]))
  }

  /** `publicUrl` is where people reach us. */
  url(publicUrl: string, groupKey: string, nowMs: number): string {
    return linkOf(publicUrl, this.#token(groupKey, nowMs))
  }

  /** What a token says; undefined when we did not write it or it is too old. */
  read(token: string, nowMs: number): AcknowledgeToken | undefined {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== GROUP_BYTES + TIME_BYTES + SIGNATURE_BYTES) return undefined
    const said = bytes.subarray(0, GROUP_BYTES + TIME_BYTES)
    if (!timingSafeEqual(this.#sign(said), bytes.subarray(said.length))) return undefined
    const writtenMs = said.readUIntBE(GROUP_BYTES, TIME_BYTES) * 1000
    if (nowMs - writtenMs > VALID_MS) return undefined
    return { group: said.subarray(0, GROUP_BYTES).toString('base64url') }
  }

  #token(groupKey: string, nowMs: number): string {
    const said = Buffer.alloc(GROUP_BYTES + TIME_BYTES)
    Buffer.from(groupMark(groupKey), 'base64url').copy(said)
    said.writeUIntBE(Math.floor(nowMs / 1000), GROUP_BYTES, TIME_BYTES)
    return Buffer.concat([said, this.#sign(said)]).toString('base64url')
  }

  #sign(said: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(said).digest().subarray(0, SIGNATURE_BYTES)
  }
}
