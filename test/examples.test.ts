import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings } from '../src/app/settings.ts'
import { parseConfig } from '../src/config/load.ts'

const root = path.resolve(import.meta.dirname, '..')
const examples = path.join(root, 'examples')
const configurations = readdirSync(examples).filter((file) => file.endsWith('.yaml'))

describe('examples', () => {
  test('there are some', () => {
    expect(configurations.length).toBeGreaterThan(1)
  })

  test.each(configurations)('%s loads with every file that it names', (file) => {
    expect(readSettings(path.join(examples, file)).config.scrape_configs.length).toBeGreaterThan(0)
  })

  test.each(['README.md', 'README.zh-CN.md'])('the configuration in %s loads', (file) => {
    const blocks = yamlBlocks(file)
    expect(blocks.length).toBeGreaterThan(0)
    for (const block of blocks) expect(parseConfig(block, file).scrape_configs.length).toBe(2)
  })

  test.each(['docs/files.md'])('the configuration in %s loads', (file) => {
    const [block = ''] = yamlBlocks(file)
    expect(parseConfig(block, file).files).toHaveLength(2)
  })
})

function yamlBlocks(file: string): string[] {
  return [...readFileSync(path.join(root, file), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  )
}
