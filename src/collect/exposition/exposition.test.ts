import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExpositionError } from './exposition-error.ts'
import { parseExposition, parseExpositionInSteps, type ExpositionFormat, type ParsedExposition } from './exposition.ts'
import { LineCache } from './line-cache.ts'

const shared = path.resolve(import.meta.dirname, '../../../../shared/data/exposition')

describe('the text format', () => {
  test('reads series, values, times, and what comments say', () => {
    const parsed = parse(`# HELP http_requests_total The \\\\total\\nof requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
`)
    expect(lines(parsed)).toEqual([
      'http_requests_total{code="200", method="post"} 1027 @1395066363000',
      'http_requests_total{code="400", method="post"} 3 @1395066363000',
      'msdos_file_access_time_seconds{error="Cannot find file:\\n\\"FILE.TXT\\"", path="C:\\\\DIR\\\\FILE.TXT"} 1458255915',
      'metric_without_timestamp_and_labels 12.47',
      'something_weird{problem="division by zero"} Infinity @-3982045',
    ])
    expect(parsed.metadata()).toEqual([
      { name: 'http_requests_total', type: 'counter', help: 'The \\total\nof requests.', unit: '' },
    ])
  })

  test('has the tolerances of Prometheus', () => {
    expect(lines(parse('  a { b = "1" c="2", } \t 1 \n\t\nb 2\n# TYPE\n#free text\nlast{x="}"} 3'))).toEqual([
      'a{b="1", c="2"} 1',
      'b 2',
      'last{x="}"} 3',
    ])
  })

  test('reads quoted names and text beyond ASCII', () => {
    expect(lines(parse('{"süß.wert","läbel.x"="日本",y="\\q"} 1\n'))).toEqual(['süß.wert{läbel.x="日本", y="\\\\q"} 1'])
  })

  test('an empty label value is no label', () => {
    expect(lines(parse('a{b="",c="1"} 1\n'))).toEqual(['a{c="1"} 1'])
  })

  test.each([
    ['a', 'expected value after metric'],
    ['a{b="1"', 'expected a closing brace or quote'],
    ['a{b=1} 1', 'expected label value, got "1"'],
    ['a{b"1"} 1', 'expected equal'],
    ['a{1="1"} 1', 'expected label name'],
    ['a{b="1",b="2"} 1', 'label name "b" is not unique'],
    ['{b="1"} 1', 'missing metric name'],
    ['1a 1', 'expected a metric name'],
    ['a.b 1', 'the value is not a number'],
    ['a 1_0', 'the value is not a number'],
    ['a 0x1p3', 'the value is not a number'],
    ['a 1 1.5', 'expected timestamp or new record'],
    ['a 1 2 3', 'expected next entry after timestamp'],
    ['# TYPE a meh', 'invalid metric type "meh"'],
    ['# TYPE a gauge\r', 'invalid metric type'],
    ['<html>', 'expected a metric name'],
  ])('refuses %j and says where', (line, reason) => {
    const error = refusal(`ok 1\n${line}\nb 1\n`)
    expect(error.line).toBe(2)
    expect(error.reason).toContain(reason)
    expect(error.text).toBe(line)
    expect(error.samplesBefore).toBe(1)
  })

  test('refuses invalid UTF-8 in a label value', () => {
    const body = Buffer.from('a{b="\xff"} 1\n', 'latin1')
    expect(() => parseExposition(body, { format: 'text' })).toThrow('invalid UTF-8 label value')
  })
})

describe('OpenMetrics as Prometheus reads it', () => {
  test('reads exemplars, units and times in seconds', () => {
    const parsed = parse(
      `# TYPE foo_seconds counter
# UNIT foo_seconds seconds
# HELP foo_seconds Help with \\"quotes\\"
foo_seconds_total{a="b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.5
bar_bucket{le="+Inf"} 3 # {} 4
# EOF
`,
      'openmetrics',
    )
    expect(lines(parsed)).toEqual(['foo_seconds_total{a="b"} 17 @1520879607789', 'bar_bucket{le="+Inf"} 3'])
    expect(parsed.metadata()).toEqual([
      { name: 'foo_seconds', type: 'counter', help: 'Help with "quotes"', unit: 'seconds' },
    ])
    expect(parsed.exemplars.map((e) => [e.labels.toString(), e.value, e.timestampMs])).toEqual([
      ['{trace_id="KOO5S4vxi0o"}', 0.67, 1520879607500],
      ['{}', 4, undefined],
    ])
  })

  test.each([
    ['a 1\n', 'data does not end with # EOF'],
    ['', 'data does not end with # EOF'],
    ['# EOF\na 1\n', 'unexpected data after # EOF'],
    ['\n# EOF\n', 'expected a metric name'],
    ['a  1\n# EOF\n', 'not a number'],
    ['a 1 NaN\n# EOF\n', 'invalid timestamp NaN'],
    ['a 1 # {a="1"}\n# EOF\n', 'expected value after exemplar labels'],
    ['a 1 #\n# EOF\n', 'expected an exemplar'],
    ['# TYPE a untyped\n# EOF\n', 'invalid metric type "untyped"'],
    ['# UNIT a_seconds meters\n# EOF\n', 'is not a suffix'],
    ['a{b="1" ,c="2"} 1\n# EOF\n', 'expected comma or closing brace'],
  ])('refuses %j', (body, reason) => {
    expect(refusal(body, 'openmetrics').reason).toContain(reason)
  })
})

describe('a repeated scrape', () => {
  test('gives the same label sets without parsing them again, whatever moved', () => {
    const cache = new LineCache()
    const first = parse('# TYPE a gauge\na{x="1"} 1\na{x="2"} 2\nb 3\n', 'text', cache)
    const labels = new Map(Array.from(first.series, (slot) => [first.labels[slot]?.toString(), first.labels[slot]]))
    expect(first.hasNewMetadata).toBe(true)
    const second = parse('# TYPE a gauge\nb 30\na{x="2"} 20\nc 5\na{x="1"} 10 7\n', 'text', cache)
    expect(lines(second)).toEqual(['b 30', 'a{x="2"} 20', 'c 5', 'a{x="1"} 10 @7'])
    expect(second.labels[second.series[1] ?? 0]).toBe(labels.get('a{x="2"}'))
    expect(second.hasNewMetadata).toBe(false)
    expect(second.metadata()).toEqual(first.metadata())
  })

  test('does not take a name for a longer one that begins with it', () => {
    const cache = new LineCache()
    parse('a 1\n', 'text', cache)
    expect(lines(parse('a_total 2\n', 'text', cache))).toEqual(['a_total 2'])
    expect(lines(parse('a {b="1"} 2\n', 'text', cache))).toEqual(['a{b="1"} 2'])
    expect(lines(parse('a 3\n', 'text', cache))).toEqual(['a 3'])
  })

  test('forgets lines that no longer come', () => {
    const cache = new LineCache()
    for (let round = 0; round < 10; round++) {
      const names = Array.from({ length: 500 }, (_, i) => `m{i="${i + round * 500}"} ${i}`)
      expect(parse(names.join('\n'), 'text', cache).values).toHaveLength(500)
    }
    expect(cache.size).toBeLessThan(3_000)
    expect(cache.epoch).toBeGreaterThan(0)
  })
})

describe('numbers', () => {
  test.each([
    '0',
    '-0',
    '1',
    '-1',
    '+1',
    '1.',
    '.5',
    '-.5',
    '1e3',
    '1E-3',
    '1.5863312e+07',
    '9007199254740993',
    '0.30000000000000004',
    '1e22',
    '1e23',
    '123456789012345678901234567890',
    '4.9e-324',
    '1.7976931348623157e308',
    '2.2250738585072011e-308',
    '0.000000000000000000000000000001',
    '1395066363000',
    '8.98846567431158e+307',
    '1e-400',
  ])('%s is read as JavaScript reads it', (text) => {
    expect(Object.is(parse(`a ${text}\n`).values[0], Number(text))).toBe(true)
  })

  test.each([
    ['NaN', NaN],
    ['nan', NaN],
    ['Inf', Infinity],
    ['-inf', -Infinity],
    ['+Infinity', Infinity],
  ])('%s is a number here', (text, value) => {
    expect(parse(`a ${text}\n`).values[0]).toBe(value)
  })

  test.each(['1e400', '-1e309', '', '.', 'e5', '1e', '0x10', '1,5', '+nan', '--1', '1e+'])('%j is none', (text) => {
    expect(() => parse(`a ${text}\n`)).toThrow(ExpositionError)
  })
})

describe.skipIf(!exists('e2e-output.txt'))('payloads of real exporters', () => {
  test.each([
    ['e2e-output.txt', 3027],
    ['vllm_metrics.txt', 185],
    ['expfmt-text.txt', 248],
    ['e2e-output-solaris.txt', 84],
  ])('%s: one sample for every line that is no comment', (file, count) => {
    const body = readFileSync(path.join(shared, file))
    const cache = new LineCache()
    const first = lines(parseExposition(body, { format: 'text', cache }))
    expect(first).toHaveLength(count)
    expect(lines(parseExposition(body, { format: 'text', cache }))).toEqual(first)
  })
})

function parse(body: string, format: ExpositionFormat = 'text', cache?: LineCache): ParsedExposition {
  return parseExposition(Buffer.from(body), cache === undefined ? { format } : { format, cache })
}

function refusal(body: string, format: ExpositionFormat = 'text'): ExpositionError {
  try {
    parse(body, format)
  } catch (error) {
    if (error instanceof ExpositionError) return error
    throw error
  }
  throw new Error(`${JSON.stringify(body)} was accepted`)
}

function lines(parsed: ParsedExposition): string[] {
  return Array.from(parsed.series, (slot, i) => {
    const timestampMs = parsed.timestampsMs[i] ?? NaN
    const time = Number.isNaN(timestampMs) ? '' : ` @${timestampMs}`
    return `${parsed.labels[slot]?.toString()} ${parsed.values[i]}${time}`
  })
}

function exists(file: string): boolean {
  try {
    readFileSync(path.join(shared, file))
    return true
  } catch {
    return false
  }
}

test('a long body is read in steps, with the result that it has in one', () => {
  const body = Buffer.from(Array.from({ length: 10_000 }, (_, i) => `up{instance="${i}"} ${i}\n`).join(''))
  const steps = parseExpositionInSteps(body, { format: 'text' })
  let count = 1
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) count++
  expect(count).toBeGreaterThan(4)
  expect(step.value.values).toEqual(parseExposition(body, { format: 'text' }).values)
})
