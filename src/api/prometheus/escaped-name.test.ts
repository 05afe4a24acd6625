import { describe, expect, test } from 'vitest'
import { unescapeName } from './escaped-name.ts'

describe('names in paths', () => {
  test.each([
    ['job', 'job'],
    ['U__service_2e_name', 'service.name'],
    ['U__a__b', 'a_b'],
    ['U___6570__636e_', '数据'],
    ['U__bad_zz_', 'U__bad_zz_'],
    ['U__bad_110000_', 'U__bad_110000_'],
    ['U__open_2e', 'U__open_2e'],
  ])('%s is %s', (escaped, name) => expect(unescapeName(escaped)).toBe(name))
})
