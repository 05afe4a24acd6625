/** Work cut into short steps, so that other work gets a turn between them; returns its result at the end. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Goes through all steps without letting anybody in between. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Goes through the steps with a turn of the event loop between them. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

/** Resolves when what waits for the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
