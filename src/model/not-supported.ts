import { z } from 'zod'

/**
 * A key of Prometheus that we know and refuse, so that nobody believes that it works. `instead` says what does its job here. A value
 * that asks for nothing (absent, false, an empty list) is taken.
 */
export function notSupported(key: string, instead: string): z.ZodOptional<z.ZodUnknown> {
  return z.unknown().refine(asksForNothing, `${key} is not supported by tetrascope; ${instead}`).optional()
}

function asksForNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}
