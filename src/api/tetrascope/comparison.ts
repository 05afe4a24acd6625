import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { compareFigures } from '../../evaluation/comparison/compare-figures.ts'
import type { RequestExplorer, RequestSelection } from '../../storage/request-explorer.ts'
import type { Clock } from '../../util/clock.ts'
import type { ComparisonBody } from '../types.ts'
import { parsed } from './parsed.ts'
import { filterOf, filterParameters, rangeOf, rangeParameters } from './request-parameters.ts'

const parameters = { ...rangeParameters, ...filterParameters }
const group = z.strictObject(parameters)
/** What stands outside holds for both groups, what stands inside wins. */
const bodySchema = z.strictObject({ ...parameters, a: group.prefault({}), b: group.prefault({}) })

/**
 * GET and POST /requests/compare: two groups of requests, A and B. A GET says `a.model=x&b.model=y&feature=both`,
 * a POST `{"a": {"model": "x"}, "b": {"model": "y"}, "feature": "both"}`.
 */
export function comparisonRoutes(app: FastifyInstance, explorer: Pick<RequestExplorer, 'figures'>, clock: Clock): void {
  const compare = async (given: unknown): Promise<ComparisonBody> => {
    const { a, b, ...common } = parsed(bodySchema, given)
    const [figuresA, figuresB] = await Promise.all(
      [a, b].map((side) => explorer.figures(selectionOf({ ...common, ...side }, clock))),
    )
    if (figuresA === undefined || figuresB === undefined) throw new Error('two questions have two answers')
    return { a: figuresA.sums, b: figuresB.sums, lines: compareFigures(figuresA, figuresB) }
  }
  app.get('/requests/compare', (request) => compare(nested(request.query)))
  app.post('/requests/compare', (request) => compare(request.body))
}

/** Parameters whose names begin with `a.` and `b.` as groups of their own. */
function nested(query: unknown): unknown {
  const entries = Object.entries(query ?? {})
  const side = (prefix: string): Record<string, unknown> =>
    Object.fromEntries(
      entries.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
    )
  const common = entries.filter(([name]) => !name.startsWith('a.') && !name.startsWith('b.'))
  return { ...Object.fromEntries(common), a: side('a.'), b: side('b.') }
}

function selectionOf(given: z.output<typeof group>, clock: Clock): RequestSelection {
  return { range: rangeOf(given, clock.now()), filter: filterOf(given) }
}
