/** Ends a switch over a closed set. Reached only by a programmer's error: a case that the types did not know. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`)
}
