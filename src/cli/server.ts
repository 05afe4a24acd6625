import { CommandError } from './command-error.ts'

/** A running server, as commands reach it. */
export interface Server {
  /** `http://127.0.0.1:4600` */
  readonly url: string
  readonly token: string | undefined
}

/** Sends a body to a path of a running server. Throws `CommandError` when no server answers. */
export function postToServer(
  server: Server,
  path: string,
  request: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: NonNullable<RequestInit['body']>
    readonly duplex?: 'half'
  },
): Promise<Response> {
  return askServer(server, path, { ...request, method: 'POST' })
}

/** Reads a path of a running server. Throws `CommandError` when no server answers. */
export function getFromServer(server: Server, path: string): Promise<Response> {
  return askServer(server, path, { headers: {} })
}

async function askServer(
  { url, token }: Server,
  path: string,
  request: Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
): Promise<Response> {
  const headers = { ...request.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  try {
    return await fetch(new URL(path, url), { ...request, headers })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CommandError(
      `no server answers at ${url} (${cause}); start one with "tetrascope serve", or name it with --url`,
    )
  }
}
