import type { FastifyInstance } from 'fastify'
import { ACKNOWLEDGE_PATH } from '../alerting/acknowledgement/acknowledge-link.ts'
import { tokenChecker, tokenIn } from '../util/token.ts'
import type { AuthConfig } from './config.ts'

/** Probes of an orchestrator carry no token. */
const OPEN_PATHS = new Set(['/-/healthy', '/-/ready'])

/** Links in messages carry a signed token of their own; who is called at night has no other. */
const SIGNED_PATHS = `${ACKNOWLEDGE_PATH}/`

/** Lets in who shows one of the tokens, as `Authorization: Bearer TOKEN` or as the password of Basic authentication. */
export function authenticate(app: FastifyInstance, { tokens }: AuthConfig): void {
  if (tokens.length === 0) return
  const accepts = tokenChecker(tokens.map(({ sha256 }) => sha256))
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN_PATHS.has(request.url) || request.url.startsWith(SIGNED_PATHS)) return
    if (accepts(tokenIn(request.headers.authorization ?? ''))) return
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
