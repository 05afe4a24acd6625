import { expect, test } from 'vitest'
import { addressOfHash, isWanted, readWanted } from './links.ts'

test.each([
  ['#/alerts?receiver=team', '/alerts?receiver=team'],
  ['#/alerts', '/alerts'],
  ['#/silences/12ab', '/alerts'],
  ['#section', undefined],
  ['', undefined],
])('%s leads to %s', (hash, address) => expect(addressOfHash(hash)).toBe(address))

test('a receiver comes as a regular expression, labels as matchers', () => {
  const wanted = readWanted(
    `?receiver=a%5C.b&filter=${encodeURIComponent('{alertname="A \\"b\\"", layer="application"}')}`,
  )
  expect(wanted.receiver).toBe('a.b')
  expect(isWanted(wanted, { alertname: 'A "b"', layer: 'application', x: 'y' })).toBe(true)
  expect(isWanted(wanted, { alertname: 'A "b"' })).toBe(false)
  expect(isWanted(readWanted(''), {})).toBe(true)
})
