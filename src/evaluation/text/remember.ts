const REMEMBERED = 8

/**
 * Keeps the results for the last few texts: the evaluators of one request read the same prompt and response, and
 * words or features need to be found only once. The function must be pure.
 */
export function rememberLast<R>(compute: (text: string) => R): (text: string) => R {
  const texts: string[] = []
  const results: R[] = []
  let next = 0
  return (text) => {
    // Nearly always it is the very string, which a loop sees sooner than `indexOf` is called.
    for (let i = 0; i < texts.length; i++) if (texts[i] === text) return results[i] as R
    const result = compute(text)
    texts[next] = text
    results[next] = result
    next = (next + 1) % REMEMBERED
    return result
  }
}
