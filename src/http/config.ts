import path from 'node:path'
import { z } from 'zod'
import { notSupported } from '../model/not-supported.ts'
import { flag, listOf, text, textMap, texts } from '../util/yaml-values.ts'

/** At most one of a secret and the file that holds it. */
function notBoth(section: string, name: string) {
  return [
    (value: Readonly<Record<string, unknown>>): boolean => !(Boolean(value[name]) && Boolean(value[`${name}_file`])),
    `at most one of ${section}${name} & ${name}_file must be configured`,
  ] as const
}

const basicAuth = z
  .strictObject({ username: text, username_file: text, password: text, password_file: text })
  .refine(...notBoth('basic_auth ', 'username'))
  .refine(...notBoth('basic_auth ', 'password'))

const authorization = z
  .strictObject({
    type: text
      .refine(
        (type) => type.toLowerCase() !== 'basic',
        'authorization type cannot be set to "basic", use "basic_auth" instead',
      )
      .transform((type) => type || 'Bearer'),
    credentials: text,
    credentials_file: text,
  })
  .refine(...notBoth('authorization ', 'credentials'))

const TLS_VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const

const tlsVersion = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']).transform((name) => TLS_VERSIONS[name])

/** `tls_config`, here and wherever else TLS is spoken. */
export const tlsConfig = z
  .strictObject({
    ca: text,
    ca_file: text,
    cert: text,
    cert_file: text,
    key: text,
    key_file: text,
    server_name: text,
    insecure_skip_verify: flag(false),
    min_version: tlsVersion.optional(),
    max_version: tlsVersion.optional(),
  })
  .refine(({ ca, ca_file: file }) => !(ca && file), 'at most one of ca and ca_file must be configured')
  .refine(({ cert, cert_file: file }) => !(cert && file), 'at most one of cert and cert_file must be configured')
  .refine(({ key, key_file: file }) => !(key && file), 'at most one of key and key_file must be configured')
  .refine(
    (tls) => Boolean(tls.cert || tls.cert_file) === Boolean(tls.key || tls.key_file),
    'exactly one of key or key_file must be configured when a client certificate is configured, and the reverse',
  )

const oauth2 = z
  .strictObject({
    client_id: text,
    client_secret: text,
    client_secret_file: text,
    scopes: texts,
    token_url: text,
    endpoint_params: textMap,
    tls_config: tlsConfig.optional(),
    proxy_url: text,
  })
  .refine(...notBoth('oauth2 ', 'client_secret'))

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

const httpHeaders = z
  .record(
    z.string().refine((name) => !RESERVED_HEADERS.has(name.toLowerCase()), 'setting this header is not allowed'),
    z.strictObject({ values: texts, secrets: texts, files: texts }),
  )
  .nullish()
  .transform((value) => value ?? {})

/** What has an effect. */
const fields = {
  basic_auth: basicAuth.nullish(),
  authorization: authorization.nullish(),
  bearer_token: text,
  bearer_token_file: text,
  oauth2: oauth2.nullish(),
  tls_config: tlsConfig.nullish(),
  follow_redirects: flag(true),
  // HTTP/2 changes nothing that can be observed; the client speaks HTTP/1.1 either way.
  enable_http2: flag(true),
  proxy_url: text,
  http_headers: httpHeaders,
}

/** The keys by which Prometheus's file says how to speak HTTP to somebody; spread into the objects that have them, which also ask `faultOfHttp`. */
export const httpFields = {
  ...fields,
  proxy_url: text.refine((url) => url === '' || URL.canParse(url), {
    error: ({ input }) => `${JSON.stringify(input)} is not a URL`,
  }),
  no_proxy: notSupported('no_proxy', 'leave out proxy_url where no proxy is wanted'),
  proxy_from_environment: notSupported('proxy_from_environment', 'use proxy_url'),
  proxy_connect_header: notSupported('proxy_connect_header', 'use a proxy that needs none'),
}

/** `http_config` of Alertmanager's file. Its keys for proxies are all taken; see `keysWithoutEffect`. */
export const httpConfig = z
  .strictObject({
    ...fields,
    no_proxy: text,
    proxy_from_environment: flag(false),
    proxy_connect_header: z.record(z.string(), listOf(text)).nullish(),
  })
  .superRefine(checkHttp)

const effective = z.object(fields)

/** How to speak HTTP to one group of servers. Texts that are not given are ''. */
export type HttpConfig = Readonly<z.output<typeof effective>>
export type TlsConfig = z.output<typeof tlsConfig>

export const DEFAULT_HTTP_CONFIG: HttpConfig = effective.parse({})

/** Refines objects that have `httpFields`. */
export function checkHttp(config: HttpConfig, context: z.RefinementCtx): void {
  const message = faultOfHttp(config)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

/** What is wrong between the keys, in Prometheus's words; undefined: nothing. */
export function faultOfHttp(config: HttpConfig): string | undefined {
  const { basic_auth: basic, authorization: own, oauth2: oauth, bearer_token: token, bearer_token_file: file } = config
  const hasBearer = token !== '' || file !== ''
  if (token !== '' && file !== '') return 'at most one of bearer_token & bearer_token_file must be configured'
  if (own && hasBearer) return 'authorization is not compatible with bearer_token & bearer_token_file'
  if ((basic || oauth) && hasBearer) {
    return 'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured'
  }
  const isSaidTwice = [basic, own, oauth].filter(Boolean).length > 1
  return isSaidTwice ? 'at most one of basic_auth, oauth2 & authorization must be configured' : undefined
}

/** The keys of a larger object that say how to speak HTTP, and only those, with every file's path taken relative to `folder`. */
export function httpConfigIn(config: HttpConfig, folder: string): HttpConfig {
  const at = (file: string): string => (file === '' ? '' : path.resolve(folder, file))
  const { basic_auth: basic, authorization: own, oauth2: oauth, tls_config: tls, http_headers: headers } = config
  const inHeader = (header: (typeof headers)[string]) => ({ ...header, files: header.files.map(at) })
  return {
    basic_auth: basic && { ...basic, username_file: at(basic.username_file), password_file: at(basic.password_file) },
    authorization: own && { ...own, credentials_file: at(own.credentials_file) },
    bearer_token: config.bearer_token,
    bearer_token_file: at(config.bearer_token_file),
    oauth2: oauth && { ...oauth, client_secret_file: at(oauth.client_secret_file) },
    tls_config: tls && { ...tls, ca_file: at(tls.ca_file), cert_file: at(tls.cert_file), key_file: at(tls.key_file) },
    follow_redirects: config.follow_redirects,
    enable_http2: config.enable_http2,
    proxy_url: config.proxy_url,
    http_headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, inHeader(header)])),
  }
}

/** Keys of an `http_config` that are taken, because Alertmanager takes them, and have no effect here. */
export function keysWithoutEffect(config: HttpConfig | z.output<typeof httpConfig>): string[] {
  if (!('no_proxy' in config)) return []
  const given = {
    no_proxy: config.no_proxy !== '',
    proxy_from_environment: config.proxy_from_environment,
    proxy_connect_header: Object.keys(config.proxy_connect_header ?? {}).length > 0,
  }
  return Object.entries(given).flatMap(([key, isGiven]) => (isGiven ? [key] : []))
}
