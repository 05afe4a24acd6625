import { expect, test } from 'vitest'
import { pathPrefixOf, withoutPrefix } from './path-prefix.ts'

test.each([
  ['https://example.com', ''],
  ['https://example.com/', ''],
  ['https://example.com/monitoring/ai/', '/monitoring/ai'],
])('%s is found below %j', (url, prefix) => expect(pathPrefixOf(url)).toBe(prefix))

test.each([
  ['/ai/api/v1/query?query=up', '/api/v1/query?query=up'],
  ['/api/v1/query', '/api/v1/query'],
  ['/ai', '/'],
  ['/ai?x=1', '/?x=1'],
  ['/air', '/air'],
])('%s is %s', (asked, seen) => expect(withoutPrefix(asked, '/ai')).toBe(seen))
