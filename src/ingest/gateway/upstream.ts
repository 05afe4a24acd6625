import type { UpstreamConfig } from './config.ts'

/** Where a call goes: the upstream and the path there, query included. */
export interface Destination {
  readonly upstream: UpstreamConfig
  readonly path: string
}

export interface Call {
  /** The path and query as the caller sent them. */
  readonly path: string
  /** The header `x-tetrascope-upstream` ('' when absent). */
  readonly named: string
  /** The `model` of the body ('' when there is none). */
  readonly model: string
}

/** By header, else by the longest matching prefix, else by model, else the first upstream. Undefined when the header names none. */
export function chooseUpstream(call: Call, upstreams: readonly UpstreamConfig[]): Destination | undefined {
  if (call.named !== '') {
    const upstream = upstreams.find(({ name }) => name === call.named)
    return upstream === undefined ? undefined : { upstream, path: withoutPrefix(call.path, upstream) }
  }
  const byPrefix = upstreams
    .filter((upstream) => hasPrefix(call.path, upstream))
    .toSorted((a, b) => (b.prefix?.length ?? 0) - (a.prefix?.length ?? 0))[0]
  const upstream =
    byPrefix ??
    upstreams.find(({ models }) => models.some((pattern) => matchesModel(pattern, call.model))) ??
    upstreams[0]
  return upstream === undefined ? undefined : { upstream, path: withoutPrefix(call.path, upstream) }
}

function hasPrefix(path: string, { prefix }: UpstreamConfig): boolean {
  return prefix !== undefined && (path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`))
}

function withoutPrefix(path: string, upstream: UpstreamConfig): string {
  if (!hasPrefix(path, upstream)) return path
  const rest = path.slice(upstream.prefix?.length ?? 0)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function matchesModel(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern
}
