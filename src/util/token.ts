import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a token is one of those whose SHA-256 (hex) is given; compared in constant time. Without any, every token passes. */
export function tokenChecker(hashes: readonly string[]): (token: string | undefined) => boolean {
  if (hashes.length === 0) return () => true
  const accepted = hashes.map((hash) => Buffer.from(hash, 'hex'))
  return (token) => {
    if (token === undefined || token === '') return false
    const shown = createHash('sha256').update(token).digest()
    return accepted.some((hash) => timingSafeEqual(hash, shown))
  }
}

/** The token of an `Authorization` header: Bearer, or the password of Basic, which is what browsers, Prometheus and Grafana can send. */
export function tokenIn(authorization: string): string | undefined {
  const [scheme = '', credentials = ''] = authorization.split(' ', 2)
  if (/^bearer$/i.test(scheme)) return credentials
  if (!/^basic$/i.test(scheme)) return undefined
  const decoded = Buffer.from(credentials, 'base64').toString('utf8')
  return decoded.slice(decoded.indexOf(':') + 1)
}
