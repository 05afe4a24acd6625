/** What stands at the cursor of an expression and can be completed. `from` up to the cursor is what was typed of it. */
export interface Completion {
  readonly kind: 'name' | 'label' | 'value'
  readonly from: number
  readonly typed: string
  /** The metric whose labels are asked for; '' when it is not known. */
  readonly metric: string
  /** Whose values are asked for; '' for the other kinds. */
  readonly label: string
}

const LABELS_OF_CLAUSE = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*$/i

/** Undefined where nothing is completed: in a duration, in a text outside of matchers, and where no word has begun. */
export function completionAt(text: string, cursor: number): Completion | undefined {
  const before = text.slice(0, cursor)
  const { quoteAt, braceAt, isInRange } = surroundings(before)
  if (isInRange) return undefined
  const metric = braceAt === undefined ? '' : (/([a-zA-Z_:][\w:]*)\s*$/.exec(before.slice(0, braceAt))?.[1] ?? '')
  if (quoteAt !== undefined) {
    const label = /([\w.]+)\s*(?:=~|!~|!=|=)\s*$/.exec(before.slice(0, quoteAt))?.[1]
    if (braceAt === undefined || label === undefined) return undefined
    return { kind: 'value', from: quoteAt + 1, typed: before.slice(quoteAt + 1), metric, label }
  }
  const typed = /[a-zA-Z_:][\w:]*$/.exec(before)?.[0] ?? ''
  const from = cursor - typed.length
  if (braceAt !== undefined || LABELS_OF_CLAUSE.test(before))
    return { kind: 'label', from, typed, metric: metric || firstMetric(text), label: '' }
  return typed === '' || /\d$/.test(before.slice(0, from))
    ? undefined
    : { kind: 'name', from, typed, metric: '', label: '' }
}

interface Surroundings {
  /** Where the text around the cursor begins. */
  readonly quoteAt: number | undefined
  /** Where the matchers around the cursor begin. */
  readonly braceAt: number | undefined
  readonly isInRange: boolean
}

function surroundings(before: string): Surroundings {
  let quoteAt: number | undefined
  let braceAt: number | undefined
  let isInRange = false
  for (let i = 0; i < before.length; i++) {
    const letter = before[i]
    if (quoteAt !== undefined) {
      if (letter === '\\' && before[quoteAt] !== '`') i++
      else if (letter === before[quoteAt]) quoteAt = undefined
    } else if (letter === '"' || letter === "'" || letter === '`') quoteAt = i
    else if (letter === '{') braceAt = i
    else if (letter === '}') braceAt = undefined
    else if (letter === '[') isInRange = true
    else if (letter === ']') isInRange = false
  }
  return { quoteAt, braceAt, isInRange }
}

/** For `sum by (m` before a selector: the labels of what is summed. */
function firstMetric(text: string): string {
  return /([a-zA-Z_:][\w:]*)\s*[{[]/.exec(text)?.[1] ?? ''
}

/** The candidates that begin with what was typed, then those that contain it, in any case; none that is typed already. */
export function matching(candidates: readonly string[], typed: string, limit: number): string[] {
  const wanted = typed.toLowerCase()
  const rest = candidates.filter((candidate) => candidate !== typed)
  const begins = rest.filter((candidate) => candidate.toLowerCase().startsWith(wanted))
  const contains = rest.filter((candidate) => candidate.toLowerCase().indexOf(wanted) > 0)
  return [...begins, ...contains].slice(0, limit)
}
