import path from 'node:path'
import { z } from 'zod'
import { flag, listOf, text, texts, textMap } from './config-values.ts'

const secretOrFile = (name: string) =>
  [
    (value: Readonly<Record<string, unknown>>): boolean => !(Boolean(value[name]) && Boolean(value[`${name}_file`])),
    `at most one of ${name} & ${name}_file must be configured`,
  ] as const

const basicAuth = z
  .strictObject({ username: text, username_file: text, password: text, password_file: text })
  .refine(...secretOrFile('username'))
  .refine(...secretOrFile('password'))

const authorization = z
  .strictObject({ type: text, credentials: text, credentials_file: text })
  .refine(...secretOrFile('credentials'))
  .refine(
    ({ type }) => type.toLowerCase() !== 'basic',
    'authorization type cannot be set to "basic", use "basic_auth" instead',
  )

export const tlsConfig = z.strictObject({
  ca: text,
  ca_file: text,
  cert: text,
  cert_file: text,
  key: text,
  key_file: text,
  server_name: text,
  insecure_skip_verify: flag(false),
  min_version: z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']).optional(),
  max_version: z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']).optional(),
})

const oauth2 = z.strictObject({
  client_id: text,
  client_secret: text,
  client_secret_file: text,
  scopes: texts,
  token_url: text,
  endpoint_params: textMap,
  tls_config: tlsConfig.optional(),
  proxy_url: text,
})

/** The keys that say how to speak HTTP; in Prometheus's file they stand beside other keys. */
export const httpFields = {
  basic_auth: basicAuth.nullish(),
  authorization: authorization.nullish(),
  bearer_token: text,
  bearer_token_file: text,
  oauth2: oauth2.nullish(),
  tls_config: tlsConfig.nullish(),
  follow_redirects: flag(true),
  enable_http2: flag(true),
  proxy_url: text,
  no_proxy: text,
  proxy_from_environment: flag(false),
  proxy_connect_header: z.record(z.string(), listOf(text)).nullish(),
  http_headers: z
    .record(z.string(), z.strictObject({ values: texts, secrets: texts, files: texts }))
    .nullish()
    .transform((value) => value ?? {}),
}

/** `http_config` of Alertmanager: how receivers speak HTTP. */
export const httpConfig = z
  .strictObject(httpFields)
  .refine(...secretOrFile('bearer_token'))
  .refine(
    (config) =>
      [config.basic_auth, config.authorization, config.oauth2, config.bearer_token || config.bearer_token_file].filter(
        Boolean,
      ).length <= 1,
    'at most one of basic_auth, authorization, oauth2, bearer_token & bearer_token_file must be configured',
  )

export type HttpConfig = z.output<typeof httpConfig>
export type TlsConfig = z.output<typeof tlsConfig>

export const DEFAULT_HTTP_CONFIG: HttpConfig = httpConfig.parse({})

/** The configuration with the files that it names found from a directory. */
export function resolveFiles(config: HttpConfig, baseDir: string): HttpConfig {
  const found = (file: string): string => (file === '' ? '' : path.resolve(baseDir, file))
  const { basic_auth: basic, authorization, oauth2: oauth, tls_config: tls } = config
  return {
    ...config,
    basic_auth: basic && {
      ...basic,
      username_file: found(basic.username_file),
      password_file: found(basic.password_file),
    },
    authorization: authorization && { ...authorization, credentials_file: found(authorization.credentials_file) },
    oauth2: oauth && { ...oauth, client_secret_file: found(oauth.client_secret_file) },
    bearer_token_file: found(config.bearer_token_file),
    tls_config: tls && {
      ...tls,
      ca_file: found(tls.ca_file),
      cert_file: found(tls.cert_file),
      key_file: found(tls.key_file),
    },
    http_headers: Object.fromEntries(
      Object.entries(config.http_headers).map(([name, header]) => [
        name,
        { ...header, files: header.files.map(found) },
      ]),
    ),
  }
}

/** Keys that are taken, because Alertmanager takes them, and have no effect here. */
export function keysWithoutEffect(config: HttpConfig): string[] {
  const given = {
    no_proxy: config.no_proxy !== '',
    proxy_from_environment: config.proxy_from_environment,
    proxy_connect_header: Object.keys(config.proxy_connect_header ?? {}).length > 0,
  }
  return Object.entries(given).flatMap(([key, isGiven]) => (isGiven ? [key] : []))
}
