import type { ServerResponse } from 'node:http'

/** Answers a call that the gateway itself does not pass on, in the shape of the providers' errors. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ error: { message: `tetrascope gateway: ${message}`, type: 'gateway_error' } })
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}
