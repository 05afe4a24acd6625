/** The fields of a provider's JSON answer; none when it is not a JSON object. Providers say with status 200 what went wrong there. */
export function answerFields(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {}
  } catch {
    return {}
  }
}
