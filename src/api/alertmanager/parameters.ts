import type { FastifyRequest } from 'fastify'
import { MatcherSyntaxError, parseMatcher } from '../../alerting/matcher/parse-matchers.ts'
import type { Matcher } from '../../model/matcher.ts'
import { RegexSyntaxError } from '../../util/anchored-regex.ts'
import { HttpError } from '../http-error.ts'

/** The query string's parameters, repeated ones kept. */
export function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1))
}

/** The `filter` parameters: matchers that all must hold. */
export function filterMatchers(parameters: URLSearchParams): Matcher[] {
  return parameters.getAll('filter').map((text) => {
    try {
      return parseMatcher(text)
    } catch (error) {
      if (error instanceof MatcherSyntaxError || error instanceof RegexSyntaxError)
        throw new HttpError(400, error.message)
      throw error
    }
  })
}

export function flag(parameters: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = parameters.get(name)
  if (text === null || text === '') return otherwise
  if (text !== 'true' && text !== 'false')
    throw new HttpError(400, `${name}: expected true or false, found ${JSON.stringify(text)}`)
  return text === 'true'
}
