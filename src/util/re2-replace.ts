import { RE2JS } from 're2js'

/** Does the RE2 pattern occur in the text? Throws in the words of Go's regexp for a pattern that is none. */
export function matchesRe2(pattern: string, text: string): boolean {
  return compile(pattern).matcher(text).find()
}

/** Replaces all matches as Go's `Regexp.ReplaceAllString`: `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar. */
export function replaceAllRe2(pattern: string, replacement: string, text: string): string {
  const regex = compile(pattern)
  const names = regex.namedGroups()
  const matcher = regex.matcher(text)
  let result = ''
  let end = 0
  while (matcher.find()) {
    result +=
      text.slice(end, matcher.start()) + expand(replacement, (name) => groupText(matcher, names[name] ?? Number(name)))
    end = matcher.end()
  }
  return result + text.slice(end)
}

function groupText(matcher: ReturnType<RE2JS['matcher']>, group: number): string {
  return Number.isInteger(group) && group <= matcher.groupCount() ? (matcher.group(group) ?? '') : ''
}

function expand(replacement: string, group: (name: string) => string): string {
  return replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) =>
    whole === '$$' ? '$' : group(braced ?? bare ?? ''),
  )
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    throw new Error(`error parsing regexp: ${reason}`, { cause: error })
  }
}
