import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** As the document is built: everything in it is found from here. */
const BASE = '<base href="/" />'

/**
 * The web pages: hashed files are kept by browsers for good, the document never; any other path is a page of the application. The document
 * is told the path below which the outside finds us, and finds files, API and pages from there.
 */
export async function pageRoutes(app: FastifyInstance, folder: string, pathPrefix: string): Promise<void> {
  const file = path.join(folder, 'index.html')
  const built = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  const document = built?.replace(BASE, BASE.replace('"/"', `"${pathPrefix}/"`))
  const missing = (reply: FastifyReply, what: string): FastifyReply =>
    reply.code(404).send({ error: `no such path: ${what}` })
  const sendDocument = (reply: FastifyReply, what: string): FastifyReply =>
    document === undefined
      ? missing(reply, what)
      : reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(document)

  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    globIgnore: ['index.html'],
    preCompressed: true,
    setHeaders: (response, name) => {
      const hashed = path.dirname(name).endsWith('assets')
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.get('/', (_request, reply) => sendDocument(reply, 'GET /'))
  app.setNotFoundHandler((request, reply) => {
    const what = `${request.method} ${request.url}`
    const [pathname = ''] = request.url.split('?')
    const page =
      request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !path.extname(pathname)
    return page ? sendDocument(reply, what) : missing(reply, what)
  })
}
