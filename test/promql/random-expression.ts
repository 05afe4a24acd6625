import * as fc from 'fast-check'

/** Texts of valid PromQL expressions by the type of their value; every feature of the language occurs, experimental ones too. */
export interface RandomExpressions {
  readonly vector: string
  readonly scalar: string
  readonly matrix: string
}

const RANGES = ['5m', '1h30m', '300', '1d', '90s', '1ms', '4.5', '0x10']
/** Without `Inf`: it prints as `+Inf`, whose sign is an operator of its own before `^`, in Prometheus too. */
const NUMBERS = ['1', '2.5', '.5', '5.', '1e3', '1e-3', '0x1F', '0755', '1_000', 'NaN', '5m', '1h30m']
const NAMES = ['up', 'http_requests_total', 'node:cpu:rate5m', 'sum', 'start', 'offset', 'fill', 'by', 'end', 'range']
const LABELS = ['job', 'instance', 'le', 'by', 'on', 'group', '"a b"', "'x.y'", '__name__']
const VALUES = ['"a"', "'b'", '`c\\d`', '"a|b"', '"\\u00e9\\n"', '"日本"', '".+"', '"x\\"y"']
const VECTOR_FUNCTIONS = ['abs', 'ceil', 'sort', 'absent', 'histogram_sum', 'timestamp', 'day_of_week', 'info']
const MATRIX_FUNCTIONS = ['rate', 'increase', 'avg_over_time', 'last_over_time', 'mad_over_time', 'ts_of_max_over_time']
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar', 'SUM', 'Avg']
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2']
const COMPARISONS = ['==', '!=', '<', '>', '<=', '>=']
const SETS = ['and', 'or', 'unless', 'AND']

const pick = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

/** Puts arbitraries into a text: `text\`rate(${matrix})\``. */
function text(parts: TemplateStringsArray, ...holes: ReadonlyArray<fc.Arbitrary<string>>): fc.Arbitrary<string> {
  return fc.tuple(...holes).map((values) => parts.reduce((all, part, i) => all + part + (values[i] ?? ''), ''))
}

const labelList = fc.uniqueArray(pick(LABELS), { maxLength: 3 }).map((labels) => labels.join(', '))
const matcher = text`${pick(LABELS)}${pick(['=', '!=', '=~', '!~'])}${pick(VALUES)}`.filter(isUsableMatcher)
const matchers = fc.array(matcher, { maxLength: 3 }).map((list) => `{${list.join(',')}}`)

const duration: fc.Arbitrary<string> = fc.letrec<{ duration: string }>(
  (tie: fc.LetrecTypedTie<{ duration: string }>) => ({
    duration: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      pick(RANGES),
      fc.constantFrom('step()', 'range()'),
      text`(${tie('duration')})`,
      text`-${tie('duration')}`,
      text`${tie('duration')} ${pick(['+', '-', '*', '/', '%', '^'])} ${tie('duration')}`,
      text`${pick(['min_of', 'max_of'])}(${tie('duration')}, ${tie('duration')})`,
    ),
  }),
).duration

const range = fc.oneof({ arbitrary: pick(RANGES), weight: 3 }, { arbitrary: text`1h + ${duration}`, weight: 1 })
const offset = pick([
  ' offset 5m',
  ' offset -1h',
  ' offset 300',
  ' OFFSET 1d',
  ' offset step()',
  ' offset -range()',
  '',
])
const at = pick([' @ 1603774568', ' @ -3.3e1', ' @ start()', ' @ end()', ' @ 0.001', '', ''])
const modifiers = fc.oneof(text`${offset}${at}`, text`${at}${offset}`)
const extension = pick(['', '', '', ' anchored', ' smoothed'])
const grouping = fc.oneof(fc.constant(''), text` ${pick(['by', 'without'])} (${labelList})`)

const plainLabels = pick(['job', 'instance', '"a b"'])
const includeLabels = pick(['(le)', '(group, `x.y`)', '()'])
const matching = fc.oneof(
  fc.constant(''),
  text` ${pick(['on', 'ignoring'])} (${plainLabels})`,
  text` ${pick(['on', 'ignoring'])} (${plainLabels}) ${pick(['group_left', 'group_right'])} ${includeLabels}`,
)
const fill = pick(['', '', '', ' fill(0)', ' fill_left(-1)', ' fill_right(2.5)', ' fill_left(1) fill_right(1e6)'])
const setMatching = fc.oneof(fc.constant(''), text` ${pick(['on', 'ignoring'])} (${labelList})`)

const { vector, scalar, matrix } = fc.letrec<RandomExpressions>((tie: fc.LetrecTypedTie<RandomExpressions>) => ({
  vector: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text`${pick(NAMES)}${fc.oneof(fc.constant(''), matchers)}${extension}${modifiers}`,
    text`{"a.b",job="x"}${modifiers}`,
    // After an offset in parentheses an operator would go on with the duration.
    text`(${pick(NAMES)} offset (${duration}))`,
    text`${pick(VECTOR_FUNCTIONS)}(${tie('vector')})`,
    text`${pick(MATRIX_FUNCTIONS)}(${tie('matrix')})`,
    text`${pick(AGGREGATIONS)}${grouping}(${tie('vector')})`,
    text`${pick(['topk', 'quantile', 'limitk', 'limit_ratio'])}(${tie('scalar')}, ${tie('vector')})${grouping}`,
    text`count_values("x", ${tie('vector')})`,
    text`label_replace(${tie('vector')}, "a", "$1", "b", "(.*)")`,
    text`${tie('vector')} ${pick(ARITHMETIC)} ${tie('vector')}`,
    // In parentheses: operators regroup, and only vectors take the modifiers.
    text`(${tie('vector')}) ${pick(ARITHMETIC)}${matching}${fill} (${tie('vector')})`,
    text`(${tie('vector')}) ${pick(COMPARISONS)}${pick(['', ' bool'])}${matching} (${tie('vector')})`,
    text`${tie('vector')} ${pick([...ARITHMETIC, ...COMPARISONS])} ${tie('scalar')}`,
    text`(${tie('vector')}) ${pick(SETS)}${setMatching} (${tie('vector')})`,
    text`(${tie('vector')})`,
    text`${pick(['-', '+', '- '])}${tie('vector')}`,
    text`vector(${tie('scalar')})`,
  ),
  scalar: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    pick(NUMBERS),
    pick(['time()', 'pi()', 'start()', 'step()', 'min_of(1, 2)']),
    text`scalar(${tie('vector')})`,
    text`(${tie('scalar')})`,
    text`${pick(['-', '+'])}${tie('scalar')}`,
    text`(${tie('scalar')} ${pick(ARITHMETIC)} ${tie('scalar')})`,
    text`(${tie('scalar')} ${pick(COMPARISONS)} bool ${tie('scalar')})`,
  ),
  matrix: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text`${pick(NAMES)}${matchers}[${range}]${extension}${modifiers}`,
    text`(${tie('vector')})[${range}:${fc.oneof(fc.constant(''), range)}]${modifiers}`,
    text`sum(${tie('vector')})[${range}:]${modifiers}`,
  ),
}))

/** Any expression of a type that a query can have. */
export const randomExpression: fc.Arbitrary<string> = fc.oneof(vector, scalar, matrix)

/** A name may be matched once only where the selector has a name in front; regexes must be valid, which all values are. */
function isUsableMatcher(matcher: string): boolean {
  return !matcher.startsWith('__name__')
}
