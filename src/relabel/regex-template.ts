const REFERENCE = /\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g

/** Whether a template refers to a group of the expression. */
export function hasReference(template: string): boolean {
  return template.includes('$')
}

/**
 * Fills a template as Go's `Regexp.Expand` does: `$1`, `${1}`, `$name`, `${name}`; `$$` is a dollar. A reference takes the longest name,
 * so `$1x` is group "1x", which is empty when there is no such group.
 */
export function expandTemplate(
  template: string,
  groups: readonly string[],
  names: Readonly<Record<string, number>>,
): string {
  if (template === '$1') return groups[1] ?? ''
  if (!hasReference(template)) return template
  return template.replace(REFERENCE, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = bare ?? braced
    if (name === undefined) return whole.slice(1)
    return groups[/^[0-9]+$/.test(name) ? Number(name) : (names[name] ?? groups.length)] ?? ''
  })
}
