import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { AuthConfig } from './config.ts'

/** Probes of an orchestrator carry no token. */
const OPEN_PATHS = new Set(['/-/healthy', '/-/ready'])

/**
 * Lets in who shows one of the tokens, as `Authorization: Bearer TOKEN` or as the password of Basic authentication
 * (which is what browsers, Prometheus and Grafana can send). Without tokens everybody is let in.
 */
export function authenticate(app: FastifyInstance, { tokens }: AuthConfig): void {
  if (tokens.length === 0) return
  const accepted = tokens.map(({ sha256 }) => Buffer.from(sha256, 'hex'))
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN_PATHS.has(request.url)) return
    const shown = shownToken(request.headers.authorization ?? '')
    if (shown !== undefined && accepted.some((hash) => timingSafeEqual(hash, sha256(shown)))) return
    await reply
      .code(401)
      .header('www-authenticate', 'Basic realm="tetrascope"')
      .send({ error: 'a token is needed: Authorization: Bearer TOKEN' })
  })
}

/** Whether a host name or address is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function shownToken(header: string): string | undefined {
  const [scheme = '', credentials = ''] = header.split(' ', 2)
  if (/^bearer$/i.test(scheme)) return credentials
  if (!/^basic$/i.test(scheme)) return undefined
  const decoded = Buffer.from(credentials, 'base64').toString('utf8')
  return decoded.slice(decoded.indexOf(':') + 1)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
