import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** The web pages: hashed files are kept by browsers for good, the document never; any other path is a page of the application. */
export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    preCompressed: true,
    setHeaders: (response, file) => {
      const hashed = path.dirname(file).endsWith('assets')
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !path.extname(request.url)
    return page
      ? reply.sendFile('index.html')
      : reply.code(404).send({ error: `no such path: ${request.method} ${request.url}` })
  })
}
