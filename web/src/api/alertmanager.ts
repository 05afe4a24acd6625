import { deleteJson, getJson, postJson } from './client.ts'

const ROOT = '/alertmanager/api/v2'

export interface SilenceBody {
  readonly id: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly matchers: ReadonlyArray<{
    readonly name: string
    readonly value: string
    readonly isRegex: boolean
    readonly isEqual: boolean
  }>
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
}

export function fetchSilences(signal?: AbortSignal): Promise<readonly SilenceBody[]> {
  return getJson(`${ROOT}/silences`, {}, signal)
}

export interface NewSilence {
  /** Exactly the alerts with these are silenced. */
  readonly labels: Readonly<Record<string, string>>
  readonly hours: number
  readonly by: string
}

export function silenceAlert({ labels, hours, by }: NewSilence): Promise<{ silenceID: string }> {
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
  const startsAt = new Date()
  const endsAt = new Date(startsAt.getTime() + hours * 3_600_000)
  const comment = 'silenced on the alerts page'
  return postJson(`${ROOT}/silences`, { matchers, startsAt, endsAt, createdBy: by, comment })
}

export async function expireSilence(id: string): Promise<void> {
  await deleteJson(`${ROOT}/silence/${encodeURIComponent(id)}`, undefined)
}
