import { createHash } from 'node:crypto'
import type { MessagePart } from '../model/span.ts'

const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?,/
const SCHEME = /^[a-z][a-z0-9+.-]{1,20}:/i

/**
 * An image, a sound or a file by reference. URLs, storage locations and file ids stay as they are; data that came inline is
 * replaced by `sha256:` and the hash of its bytes, so that equal pictures are recognised and none is stored.
 */
export function mediaPart(source: string, mediaType: string): MessagePart {
  const dataUrl = DATA_URL.exec(source)
  if (dataUrl !== null) {
    return {
      type: 'media',
      mediaType: dataUrl[1] || mediaType,
      reference: hashOfBase64(source.slice(dataUrl[0].length)),
    }
  }
  return { type: 'media', mediaType, reference: SCHEME.test(source) ? source : hashOfBase64(source) }
}

/** A file that the provider keeps under an id. */
export function filePart(fileId: string, mediaType: string): MessagePart {
  return { type: 'media', mediaType, reference: fileId }
}

function hashOfBase64(base64: string): string {
  if (base64 === '') return ''
  return `sha256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex')}`
}
