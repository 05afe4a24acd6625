import { z } from 'zod'
import { authConfig, serverConfig } from '../api/config.ts'
import { catalogueConfig } from '../catalogue/config.ts'

/**
 * All of tetrascope.yaml, each section declared by the folder that it configures. Every section has a working default.
 * Never changed after it was read.
 */
export const configSchema = z.strictObject({
  server: serverConfig,
  auth: authConfig,
  catalogue: catalogueConfig,
})

export type Config = Readonly<z.infer<typeof configSchema>>
