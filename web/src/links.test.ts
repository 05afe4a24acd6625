import { expect, test } from 'vitest'
import { addressOfHash, expressionOf, isWanted, queryLink, readWanted, requestsLink, requestsOfAlert } from './links.ts'

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

test('an alert leads to its graph and, when it is about requests, to these', () => {
  const range = { startMs: 1_000, endMs: 2_000 }
  const expr = expressionOf('http://tetrascope.example/graph?g0.expr=rate%28a%5B5m%5D%29+%3E+1&g0.tab=1')
  expect(queryLink(expr ?? '', range)).toBe('/query?g0.expr=rate%28a%5B5m%5D%29+%3E+1&from=1000&to=2000')
  expect(expressionOf('nowhere')).toBeUndefined()
  const labels = { alertname: 'ErrorRateHigh', layer: 'application', model: 'a b', severity: 'P2' }
  expect(requestsLink(requestsOfAlert(labels) ?? {}, range)).toBe('/requests?model=a+b&from=1000&to=2000')
  expect(requestsOfAlert({ alertname: 'DiskAlmostFull', layer: 'infrastructure' })).toBeUndefined()
})
