import type { FastifyInstance } from 'fastify'
import type { FileFollowing } from '../../ingest/files/file-following.ts'
import type { FilesBody } from '../types.ts'

/** GET /files: how far each followed file was read, and the newest line of it that was not taken. */
export function fileRoutes(app: FastifyInstance, following: Pick<FileFollowing, 'status'>): void {
  app.get('/files', (): FilesBody => ({ files: following.status() }))
}
