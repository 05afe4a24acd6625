import { z } from 'zod'

const listenAddress = z.string().regex(/^.*:\d{1,5}$/, 'must be HOST:PORT, port 0 for any free one')

/** `server:` in tetrascope.yaml. */
export const serverConfig = z
  .strictObject({
    listen: listenAddress.default('127.0.0.1:4600'),
    /** OTLP/HTTP on the port that its senders expect. */
    otlp_http_listen: listenAddress.default('127.0.0.1:4318'),
    /** OTLP/gRPC on the port that its senders expect. */
    otlp_grpc_listen: listenAddress.default('127.0.0.1:4317'),
    /** How the outside reaches us, for links in notifications; a path in it is where pages and API are found too. */
    external_url: z
      .url()
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    body_limit_mb: z.number().positive().max(1024).default(64),
  })
  .prefault({})

/** `auth:` in tetrascope.yaml. Without tokens every caller is let in, which is why only loopback is listened to then. */
export const authConfig = z
  .strictObject({
    tokens: z
      .array(
        z.strictObject({
          name: z.string(),
          /** SHA-256 of the token, hex. `printf %s "$TOKEN" | sha256sum` prints it. */
          sha256: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of the token, 64 hex digits'),
        }),
      )
      .default([]),
  })
  .prefault({})

export type AuthConfig = z.infer<typeof authConfig>
