/** The path below which the outside finds us, without a slash at its end: '/monitoring' of `https://example.com/monitoring`, '' of a bare host. */
export function pathPrefixOf(externalUrl: string): string {
  return new URL(externalUrl).pathname.replace(/\/+$/, '')
}

/** What stands before us may take the prefix away or not; either way we see the same address. */
export function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url
  const rest = url.slice(prefix.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}
