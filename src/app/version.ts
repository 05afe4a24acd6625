import { readFileSync } from 'node:fs'

/** The version in package.json, two folders above this one in the sources and three in the build. */
export const VERSION = readVersion()

function readVersion(): string {
  for (const above of ['../../package.json', '../../../package.json']) {
    const text = readIfPackage(new URL(above, import.meta.url))
    if (text !== undefined) return text
  }
  return '0.0.0'
}

function readIfPackage(url: URL): string | undefined {
  try {
    const { name, version }: { name?: string; version?: string } = JSON.parse(readFileSync(url, 'utf8'))
    return name === 'tetrascope' ? version : undefined
  } catch {
    return undefined
  }
}
