import { describe, expect, test } from 'vitest'
import { limitsConfig, retentionConfig, storageConfig } from './config.ts'

describe('the storage section', () => {
  test('without anything is the embedded store in the data directory', () => {
    expect(storageConfig.parse(undefined)).toEqual({ type: 'embedded' })
  })

  test('of a server has the defaults of ClickHouse', () => {
    expect(storageConfig.parse({ type: 'clickhouse', url: 'http://127.0.0.1:8123' })).toEqual({
      type: 'clickhouse',
      url: 'http://127.0.0.1:8123',
      user: 'default',
      database: 'tetrascope',
    })
  })

  test.each([
    [{ type: 'clickhouse' }, 'url'],
    [{ type: 'clickhouse', url: 'ftp://x' }, 'must be the HTTP address'],
    [{ type: 'clickhouse', url: 'http://x', database: 'a b' }, 'must be a name'],
    [{ type: 'sqlite' }, 'type'],
    [{ path: '/data', url: 'http://x' }, 'url'],
  ])('refuses %j and names %s', (section, named) => {
    expect(JSON.stringify(storageConfig.safeParse(section).error?.issues)).toContain(named)
  })
})

describe('the retention section', () => {
  test('has defaults', () => {
    const day = 86_400_000
    expect(retentionConfig.parse(undefined)).toEqual({
      samples: 15 * day,
      requests: 90 * day,
      evaluations: 90 * day,
      events: 90 * day,
      logs: 30 * day,
    })
  })

  test('takes durations as Prometheus writes them, 0 for ever', () => {
    expect(retentionConfig.parse({ samples: '1w', logs: '0' })).toMatchObject({ samples: 604_800_000, logs: 0 })
  })

  test('takes a size in the units of Prometheus', () => {
    expect(retentionConfig.parse({ size: '50GB' }).size).toBe(50 * 2 ** 30)
    expect(JSON.stringify(retentionConfig.safeParse({ size: '50 gigs' }).error?.issues)).toContain('50 gigs')
  })

  test('refuses anything else and says what was found', () => {
    expect(JSON.stringify(retentionConfig.safeParse({ samples: '15 days' }).error?.issues)).toContain('15 days')
  })
})

describe('the limits section', () => {
  test('keeps three hours in memory unless told otherwise', () => {
    expect(limitsConfig.parse(undefined).head_window).toBe(2 * 3_600_000)
    expect(limitsConfig.parse({ head_window: '1h30m' }).head_window).toBe(5_400_000)
  })

  test.each([
    ['30s', 'must be from 10m to 48h: found 30s'],
    ['7d', 'must be from 10m to 48h: found 1w'],
    ['three hours', 'three hours'],
  ])('refuses a window of %s', (window, message) => {
    expect(JSON.stringify(limitsConfig.safeParse({ head_window: window }).error?.issues)).toContain(message)
  })
})
