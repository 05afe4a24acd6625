import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding } from './finding.ts'
import { contextBefore, findAll, findAround } from './finding.ts'

const IPV4 = /(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w/]|\.\d)/g
const IPV6 = /(?<![\w:.])(?:[\da-fA-F]{1,4}:){2,7}(?::?[\da-fA-F]{1,4}){1,7}(?![\w:.])/g
const MAC =
  /(?<![\w:-])(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}(?![\w:-])|(?<![\w:-])(?:[\da-fA-F]{2}-){5}[\da-fA-F]{2}(?![\w:-])/g
const VERSION_CONTEXT = /(?:version|ver\.?|v|release|build|section|版本) ?:?$/
const IP_CONTEXT = /\bip\b|address|host|server|client|\bfrom\b|地址|登录/

/** Addresses of the internet protocol, without those that mean a machine itself, everybody, or a whole network. */
export function recogniseIpAddresses(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  return findAround(
    text,
    groups.filter(({ digits }) => digits >= 4),
    48,
    ipAddressesIn,
  )
}

function ipAddressesIn(text: string): readonly PiiFinding[] {
  const v4 = text.includes('.') ? findAll(text, 'IP_ADDRESS', IPV4, (match) => isPersonalV4(text, match)) : []
  const v6 = text.includes(':') ? findAll(text, 'IP_ADDRESS', IPV6, ([address]) => isPersonalV6(address)) : []
  return [
    ...v4,
    ...v6,
    ...findAll(text, 'DEVICE_ID', MAC, ([address]) => /[a-f]/i.test(address) && new Set(address).size > 5),
  ]
}

function isPersonalV4(text: string, match: RegExpExecArray): boolean {
  const octets = match[0].split('.')
  if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0')))) return false
  const [a, b, c, d] = octets.map(Number)
  if (a === 0 || a === 127 || a === 255 || (b === 255 && c === 255) || (c === 0 && d === 0)) return false
  const before = contextBefore(text, match.index)
  if (VERSION_CONTEXT.test(before)) return false
  // Four small numbers are a version or a section more often than an address.
  return octets.some((octet) => Number(octet) > 20) || IP_CONTEXT.test(before)
}

function isPersonalV6(address: string): boolean {
  const groups = address.split(':')
  const isCompressed = address.includes('::')
  if (isCompressed ? groups.length > 8 : groups.length !== 8) return false
  // A time such as 12:30:45 has no letters; an address nearly always has.
  return /[a-fA-F]/.test(address) && address !== '::1' && (!isCompressed || groups.length > 3)
}
