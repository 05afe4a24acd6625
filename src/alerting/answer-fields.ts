/** The fields of a provider's JSON answer; none when it is not a JSON object. Providers say with status 200 what went wrong there. */
export function answerFields(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {}
  } catch {
    return {}
  }
}

/** What a provider says in one of these fields, or else the fallback. */
export function textField(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
  fallback: string,
): string {
  const said = names.map((name) => fields[name]).find((value) => typeof value === 'string')
  return typeof said === 'string' ? said : fallback
}
