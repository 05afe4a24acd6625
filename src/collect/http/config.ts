import path from 'node:path'
import { z } from 'zod'
import { notSupported } from '../../model/not-supported.ts'

const basicAuth = z
  .strictObject({
    username: z.string().default(''),
    username_file: z.string().optional(),
    password: z.string().optional(),
    password_file: z.string().optional(),
  })
  .refine(
    (auth) => auth.password === undefined || auth.password_file === undefined,
    'at most one of basic_auth password & password_file must be configured',
  )
  .refine(
    (auth) => auth.username === '' || auth.username_file === undefined,
    'at most one of basic_auth username & username_file must be configured',
  )

const authorization = z
  .strictObject({
    type: z
      .string()
      .default('Bearer')
      .refine(
        (type) => type.toLowerCase() !== 'basic',
        'authorization type cannot be set to "basic", use "basic_auth" instead',
      ),
    credentials: z.string().optional(),
    credentials_file: z.string().optional(),
  })
  .refine(
    (auth) => auth.credentials === undefined || auth.credentials_file === undefined,
    'at most one of authorization credentials & credentials_file must be configured',
  )

const TLS_VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const

const tlsVersion = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']).transform((name) => TLS_VERSIONS[name])

const tlsConfig = z
  .strictObject({
    ca: z.string().optional(),
    ca_file: z.string().optional(),
    cert: z.string().optional(),
    cert_file: z.string().optional(),
    key: z.string().optional(),
    key_file: z.string().optional(),
    server_name: z.string().optional(),
    insecure_skip_verify: z.boolean().default(false),
    min_version: tlsVersion.optional(),
    max_version: tlsVersion.optional(),
  })
  .refine((tls) => !(tls.ca && tls.ca_file), 'at most one of ca and ca_file must be configured')
  .refine((tls) => !(tls.cert && tls.cert_file), 'at most one of cert and cert_file must be configured')
  .refine((tls) => !(tls.key && tls.key_file), 'at most one of key and key_file must be configured')
  .refine(
    (tls) => Boolean(tls.cert ?? tls.cert_file) === Boolean(tls.key ?? tls.key_file),
    'exactly one of key or key_file must be configured when a client certificate is configured, and the reverse',
  )

const httpHeader = z.strictObject({
  values: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
})

/** Headers that the client itself sets. */
const RESERVED_HEADERS = new Set([
  'authorization',
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-prometheus-scrape-timeout-seconds',
])

const httpHeaders = z.record(
  z.string().refine((name) => !RESERVED_HEADERS.has(name.toLowerCase()), 'setting this header is not allowed'),
  httpHeader,
)

/** The keys by which Prometheus's configuration says how to speak HTTP to somebody; spread into the objects that have them. */
export const httpClientFields = {
  basic_auth: basicAuth.optional(),
  authorization: authorization.optional(),
  bearer_token: z.string().optional(),
  bearer_token_file: z.string().optional(),
  oauth2: notSupported('oauth2', 'use authorization or basic_auth'),
  tls_config: tlsConfig.prefault({}),
  follow_redirects: z.boolean().default(true),
  // HTTP/2 changes nothing that can be observed; the client speaks HTTP/1.1 either way.
  enable_http2: z.boolean().default(true),
  proxy_url: z.url().optional(),
  no_proxy: notSupported('no_proxy', 'leave out proxy_url where no proxy is wanted'),
  proxy_from_environment: z
    .boolean()
    .default(false)
    .refine((asked) => !asked, 'proxy_from_environment is not supported by tetrascope; use proxy_url'),
  proxy_connect_header: notSupported('proxy_connect_header', 'use a proxy that needs none'),
  http_headers: httpHeaders.default({}),
}

const httpClientConfig = z.strictObject(httpClientFields)

/** How to speak HTTP to one group of servers. */
export type HttpClientConfig = Readonly<z.output<typeof httpClientConfig>>

/** The keys of a larger object that say how to speak HTTP, and only those. */
export function httpClientOf(config: HttpClientConfig): HttpClientConfig {
  return {
    basic_auth: config.basic_auth,
    authorization: config.authorization,
    bearer_token: config.bearer_token,
    bearer_token_file: config.bearer_token_file,
    tls_config: config.tls_config,
    follow_redirects: config.follow_redirects,
    enable_http2: config.enable_http2,
    proxy_url: config.proxy_url,
    proxy_from_environment: config.proxy_from_environment,
    http_headers: config.http_headers,
  }
}

/** The same with every file's path taken relative to `folder`, where the configuration file stands. */
export function inFolder(config: HttpClientConfig, folder: string): HttpClientConfig {
  const {
    basic_auth: basic,
    authorization,
    bearer_token_file: tokenFile,
    tls_config: tls,
    http_headers: headers,
  } = config
  const at = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : path.resolve(folder, file)
  return {
    ...config,
    basic_auth: basic && { ...basic, username_file: at(basic.username_file), password_file: at(basic.password_file) },
    authorization: authorization && { ...authorization, credentials_file: at(authorization.credentials_file) },
    bearer_token_file: at(tokenFile),
    tls_config: { ...tls, ca_file: at(tls.ca_file), cert_file: at(tls.cert_file), key_file: at(tls.key_file) },
    http_headers: Object.fromEntries(
      Object.entries(headers).map(([name, header]) => [
        name,
        { ...header, files: header.files.map((file) => path.resolve(folder, file)) },
      ]),
    ),
  }
}

/** What is wrong between the keys, in Prometheus's words; undefined: nothing. */
export function faultOfHttpClient(config: HttpClientConfig): string | undefined {
  const hasBearer = config.bearer_token !== undefined || config.bearer_token_file !== undefined
  if (config.bearer_token !== undefined && config.bearer_token_file !== undefined) {
    return 'at most one of bearer_token & bearer_token_file must be configured'
  }
  if (config.authorization !== undefined && hasBearer) {
    return 'authorization is not compatible with bearer_token & bearer_token_file'
  }
  if (config.basic_auth !== undefined && hasBearer) {
    return 'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured'
  }
  if (config.basic_auth !== undefined && config.authorization !== undefined) {
    return 'at most one of basic_auth, oauth2 & authorization must be configured'
  }
  return undefined
}
