import { isLoopback } from '../api/authentication.ts'
import { portOwner } from './port-owner.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** The program cannot listen where it was told to; the message says why and what to change. */
export class ListenError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ListenError'
  }
}

/** `HOST:PORT`, with `[::1]:PORT` for IPv6 and an empty host for all interfaces. */
export function parseAddress(text: string): ListenAddress {
  const at = text.lastIndexOf(':')
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return { host: host === '' ? '0.0.0.0' : host, port: Number(text.slice(at + 1)) }
}

export function urlOf({ host }: ListenAddress, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Throws `ListenError` for an address that others can reach while nobody is asked for a token. */
export function assertSafe(address: ListenAddress, option: string, authenticated: boolean): void {
  if (authenticated || isLoopback(address.host)) return
  throw new ListenError(
    `${option}: ${address.host} can be reached from other machines, and there is no authentication: ` +
      'add a token under auth.tokens in tetrascope.yaml, or listen on 127.0.0.1',
  )
}

/** What a listener's failure means and which option changes it. */
export function explainListenError(error: unknown, address: ListenAddress, option: string): ListenError {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const where = `${address.host}:${address.port}`
  if (code === 'EADDRINUSE') {
    const owner = portOwner(address.port)
    return new ListenError(
      `${where} is taken${owner === undefined ? '' : ` by ${owner}`}: choose another address with ${option} (port 0 takes any free one)`,
    )
  }
  if (code === 'EACCES')
    return new ListenError(`${where}: this user may not listen there: choose a port above 1023 with ${option}`)
  if (code === 'EADDRNOTAVAIL') return new ListenError(`${where}: this machine has no such address: change ${option}`)
  return new ListenError(`${where}: ${error instanceof Error ? error.message : String(error)} (${option})`)
}
