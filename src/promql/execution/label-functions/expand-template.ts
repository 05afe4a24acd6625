/** `$$`, `${name}`, `$name`: a name is the longest run of letters, digits and underscores. */
const REFERENCE = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu

/**
 * Puts the groups of a match into a template, as Go's `Regexp.Expand`: a number is a group's number, else its name;
 * a group that does not exist is empty.
 */
export function expandTemplate(
  template: string,
  groups: readonly string[],
  groupNames: Readonly<Record<string, number>>,
): string {
  return template.replace(REFERENCE, (_, dollar?: string, braced?: string, plain?: string) => {
    if (dollar !== undefined) return '$'
    const name = braced ?? plain ?? ''
    const index = /^\d+$/.test(name) ? Number(name) : groupNames[name]
    return index === undefined ? '' : (groups[index] ?? '')
  })
}
