/**
 * All matches of a global expression. `String.matchAll` copies the expression at each call, which costs more than
 * reading a short text; this uses the one that is there. An empty match moves on by one.
 */
export function matchesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  const matches: RegExpExecArray[] = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    matches.push(match)
    if (match[0] === '') pattern.lastIndex++
  }
  return matches
}
