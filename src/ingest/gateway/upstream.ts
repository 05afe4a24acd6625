import type { UpstreamConfig } from './config.ts'

/** Where a call goes: the upstream and the path there, query included. */
export interface Destination {
  readonly upstream: UpstreamConfig
  readonly path: string
}

export interface Call {
  /** As the caller sent it: a path with its query, or, from callers that take the gateway for their HTTP proxy, a whole URL. */
  readonly target: string
  /** The header `x-tetrascope-upstream` ('' when absent). */
  readonly named: string
  /** The `model` of the body ('' when there is none). */
  readonly model: string
}

/**
 * By header, else by the host of a whole URL, else by the longest matching prefix, else by model, else the first upstream. Undefined when the
 * header or the URL names none.
 */
export function chooseUpstream(call: Call, upstreams: readonly UpstreamConfig[]): Destination | undefined {
  const { host, path } = readTarget(call.target)
  if (call.named !== '') {
    const upstream = upstreams.find(({ name }) => name === call.named)
    return upstream === undefined ? undefined : { upstream, path: withoutPrefix(path, upstream.prefix) }
  }
  if (host !== '') return atHost(host, path, upstreams)
  const byPrefix = upstreams
    .filter(({ prefix }) => hasPrefix(path, prefix))
    .toSorted((a, b) => (b.prefix?.length ?? 0) - (a.prefix?.length ?? 0))[0]
  const upstream =
    byPrefix ??
    upstreams.find(({ models }) => models.some((pattern) => matchesModel(pattern, call.model))) ??
    upstreams[0]
  return upstream === undefined ? undefined : { upstream, path: withoutPrefix(path, upstream.prefix) }
}

/** The path of the upstream's URL, before those of the calls. */
export function basePathOf({ url }: UpstreamConfig): string {
  return new URL(url).pathname.replace(/\/$/, '')
}

/** RFC 9112, section 3.2: a server takes whole URLs too. Nothing of the path is decoded or put right. */
function readTarget(target: string): { readonly host: string; readonly path: string } {
  const [, host, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? []
  if (host === undefined) return { host: '', path: target }
  return { host: host.toLowerCase(), path: rest.startsWith('/') ? rest : `/${rest}` }
}

/** A whole URL says the path there in full, that of the upstream's own URL included. */
function atHost(host: string, path: string, upstreams: readonly UpstreamConfig[]): Destination | undefined {
  const [found] = upstreams
    .filter(({ url }) => new URL(url).host === host)
    .map((upstream) => ({ upstream, basePath: basePathOf(upstream) }))
    .filter(({ basePath }) => hasPrefix(path, basePath))
    .toSorted((a, b) => b.basePath.length - a.basePath.length)
  return found === undefined ? undefined : { upstream: found.upstream, path: withoutPrefix(path, found.basePath) }
}

function hasPrefix(path: string, prefix: string | undefined): boolean {
  return prefix !== undefined && (path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`))
}

function withoutPrefix(path: string, prefix: string | undefined): string {
  if (prefix === undefined || !hasPrefix(path, prefix)) return path
  const rest = path.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function matchesModel(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern
}
