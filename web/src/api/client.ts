import { BASE_PATH } from '../base.ts'

/** The server answered with an error, or not at all (status 0). */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

type Parameters = Readonly<Record<string, string | number | undefined>>

/** Gets JSON; parameters that are undefined or '' are left out. Throws `ApiError` with the server's own words. */
export async function getJson<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  const query = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  return readJson<T>(await send(path + query, signal === undefined ? {} : { signal }))
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  return readJson<T>(
    await send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  )
}

/** Without a body when that is undefined. */
export async function deleteJson<T>(path: string, body: unknown): Promise<T> {
  return readJson<T>(
    await send(
      path,
      body === undefined
        ? { method: 'DELETE' }
        : { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    ),
  )
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(BASE_PATH + path, init)
  } catch (error) {
    if (error instanceof DOMException) throw error
    throw new ApiError(0, error instanceof Error ? error.message : String(error))
  }
}

async function readJson<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as T
  const message =
    typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : response.statusText
  throw new ApiError(response.status, message)
}
