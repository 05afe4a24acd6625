import { readdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Paths that match a pattern as in Go's filepath.Glob: `*`, `?` and `[a-z]` within a path segment. Sorted; empty when nothing
 * matches. A pattern without special characters gives itself, whether or not the file exists, so that its absence is noticed.
 */
export function glob(pattern: string): string[] {
  if (!isPattern(pattern)) return [pattern]
  const absolute = path.isAbsolute(pattern)
  const segments = pattern.split('/').filter((segment) => segment !== '')
  return expand(absolute ? '/' : '', segments).sort()
}

/** Does the path name more than itself? */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text)
}

function expand(folder: string, segments: readonly string[]): string[] {
  const [segment, ...rest] = segments
  if (segment === undefined) return [folder]
  if (!isPattern(segment) && rest.length > 0) return expand(path.join(folder, segment), rest)
  const matches = segmentPattern(segment)
  return entries(folder)
    .filter((entry) => matches.test(entry))
    .flatMap((entry) => expand(path.join(folder, entry), rest))
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder)
  } catch {
    return []
  }
}

function segmentPattern(segment: string): RegExp {
  const source = segment.replace(/\[\^?[^\]]*\]|[\\^$.|+(){}*?]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return part.startsWith('[') ? part : `\\${part}`
  })
  return new RegExp(`^${source}$`, 's')
}
