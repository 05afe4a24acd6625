/**
 * Links in notifications are Alertmanager's, with the page behind a hash: `/#/alerts?receiver=team`. Gives our address for one, or
 * undefined when the hash is no link.
 */
export function addressOfHash(hash: string): string | undefined {
  const match = /^#\/(alerts|silences)(?:\/[^?]*)?(\?.*)?$/.exec(hash)
  return match === null ? undefined : `/alerts${match[2] ?? ''}`
}

/** Which alerts a link asks for. */
export interface AlertsWanted {
  /** '' for all. */
  readonly receiver: string
  /** All must be equal. */
  readonly labels: ReadonlyMap<string, string>
}

/** Reads `receiver=team&filter={alertname="A",layer="application"}`; matchers other than `=` are not read. */
export function readWanted(search: string): AlertsWanted {
  const parameters = new URLSearchParams(search)
  const labels = new Map<string, string>()
  for (const [, name = '', value = ''] of (parameters.get('filter') ?? '').matchAll(
    /([\w.]+)\s*=\s*"((?:[^"\\]|\\.)*)"/g,
  ))
    labels.set(name, value.replaceAll(/\\(.)/g, '$1'))
  // Alertmanager writes a receiver as a regular expression, its special characters with a backslash.
  return { receiver: (parameters.get('receiver') ?? '').replaceAll(/\\(.)/g, '$1'), labels }
}

export function isWanted({ labels }: AlertsWanted, alert: Readonly<Record<string, string>>): boolean {
  return [...labels].every(([name, value]) => (alert[name] ?? '') === value)
}
