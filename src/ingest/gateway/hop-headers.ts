/** Headers that belong to one connection and are not passed on (RFC 9110, section 7.6.1), and `host`, which names the gateway. */
const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
])

/** Meant for the gateway, not for the provider. */
const OWN_PREFIX = 'x-tetrascope-'

/** name, value, name, value ... as they came, order and case kept, without what is not to be passed on. */
export function passedOn(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  const named = namedByConnection(rawHeaders)
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    const lower = name.toLowerCase()
    if (!HOP_HEADERS.has(lower) && !named.has(lower) && !lower.startsWith(OWN_PREFIX)) kept.push(name, value)
  }
  return kept
}

/** `Connection: x-trace` says that x-trace is for this connection only. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'connection') continue
    for (const name of (rawHeaders[i + 1] ?? '').split(',')) named.add(name.trim().toLowerCase())
  }
  return named
}
