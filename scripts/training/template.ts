/**
 * Writes texts from a template: `{a|b|c}` stands for one of its parts, which may be empty or hold further braces;
 * `{$topic}` for one of `words.topic`. The generator decides, so the same seed gives the same texts.
 */
export function expand(
  template: string,
  words: Readonly<Record<string, readonly string[]>>,
  random: () => number,
): string {
  let text = template
  // Innermost braces first; every round removes one pair, so the loop ends.
  for (let match = INNERMOST.exec(text); match !== null; match = INNERMOST.exec(text)) {
    const [whole, inner = ''] = match
    const options = inner.startsWith('$') ? wordsNamed(inner.slice(1), words) : inner.split('|')
    const chosen = options[Math.floor(random() * options.length)] ?? ''
    text = text.slice(0, match.index) + chosen + text.slice(match.index + whole.length)
  }
  return text
}

const INNERMOST = /\{([^{}]*)\}/

function wordsNamed(name: string, words: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const found = words[name]
  if (found === undefined) throw new Error(`template names {$${name}}, known: ${Object.keys(words).join(', ')}`)
  return found
}

/** `perTemplate` different texts of each template, each with the number of its template as its group. */
export function expandAll(
  templates: readonly string[],
  words: Readonly<Record<string, readonly string[]>>,
  perTemplate: number,
  random: () => number,
): Array<{ readonly text: string; readonly template: number }> {
  return templates.flatMap((template, i) => {
    const texts = new Set(Array.from({ length: perTemplate }, () => expand(template, words, random)))
    return [...texts].map((text) => ({ text, template: i }))
  })
}
