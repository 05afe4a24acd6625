import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkOpenMetrics } from './open-metrics-check.ts'

const cases = path.resolve(import.meta.dirname, '../../../../shared/data/exposition/openmetrics')

describe.skipIf(!existsSync(cases))('the conformance cases of OpenMetrics', () => {
  test.each(existsSync(cases) ? readdirSync(cases).sort() : [])('%s', (name) => {
    const { shouldParse }: { shouldParse: boolean } = JSON.parse(
      readFileSync(path.join(cases, name, 'test.json'), 'utf8'),
    )
    const fault = checkOpenMetrics(readFileSync(path.join(cases, name, 'metrics')))
    expect(fault === undefined, fault?.message).toBe(shouldParse)
  })
})

/** The specification's rules, each with a body that breaks it and the reason that is given; `# EOF` is added. */
describe('the specification', () => {
  test.each<[reason: string, ...lines: string[]]>([
    ['a blank line', 'a 1', '', 'b 1'],
    ['a line with #', '#comment'],
    ['a line with #', '# HELP a'],
    ['a line with #', '# HELP  a text'],
    ['a line with #', '# TYPE a.b gauge'],
    ['"untyped" is not a metric type', '# TYPE a untyped'],
    ['"gauge " is not a metric type', '# TYPE a gauge '],
    ['is not a unit', '# UNIT a_s s '],
    ['does not end with its unit', '# UNIT a seconds'],
    ['does not end with its unit', '# UNIT aseconds seconds'],
    ['has no unit', '# TYPE a_s info', '# UNIT a_s s', 'a_s_info 1'],
    ['has no unit', '# TYPE a_s stateset', '# UNIT a_s s', 'a_s{a_s="x"} 1'],
    ['a second # TYPE', '# TYPE a gauge', '# TYPE a gauge'],
    ['a second # HELP', '# HELP a x', '# HELP a x'],
    ['after samples', '# TYPE a gauge', 'a 1', '# HELP a x'],
    ['belongs to two metric families', '# HELP a x', '# HELP b x', '# TYPE a gauge', '# HELP c x'],
    ['belongs to two metric families', '# TYPE a counter', 'a_total 1', '# TYPE a_total gauge', 'a_total 1'],
    ['belongs to two metric families', '# TYPE a_created gauge', '# TYPE a counter'],
    ['belongs to two metric families', 'a 1', 'b 1', 'a 2'],
    ['belongs to two metric families', '# TYPE a counter', 'a 1'],
    ['expected name{', 'a  1'],
    ['expected name{', 'a 1 '],
    ['expected name{', 'a{} 1 2 3'],
    ['the value is not a number', 'a {b="1"} 1'],
    ['a comma stands before', 'a{b="1",} 1'],
    ['expected label name', 'a{,b="1"} 1'],
    ['expected label name', 'a{b="1",,c="1"} 1'],
    ['expected comma or closing brace', 'a{b="1"c="1"} 1'],
    ['expected label name', 'a{ b="1"} 1'],
    ['expected equal', 'a{b ="1"} 1'],
    ['expected label name', 'a{"b.c"="1"} 1'],
    ['is not unique', 'a{b="1",b="2"} 1'],
    ['are reserved', 'a{__name__="b"} 1'],
    ['the value is not a number', 'a 1_000'],
    ['the value is not a number', 'a 0x1'],
    ['the value is not a number', 'a 1\r'],
    ['not a number of seconds', 'a 1 NaN'],
    ['not a number of seconds', 'a 1 +Inf'],
    ['not a number of seconds', 'a 1 1e999'],
    ['go backwards', 'a 1 2', 'a 1 1'],
    ['twice', 'a 1 2', 'a 1 2'],
    ['twice', 'a 1', 'a 2'],
    ['some have none', 'a 1 2', 'a 1'],
    ['not together', 'a{b="1"} 1', 'a{b="2"} 1', 'a{b="1"} 2'],
    ['not together', '# TYPE a summary', 'a_sum{b="1"} 1', 'a_sum{b="2"} 1', 'a_count{b="1"} 1'],
    ['only buckets', '# TYPE a gauge', 'a 1 # {} 1'],
    ['only buckets', 'a_total 1 # {} 1'],
    ['only buckets', '# TYPE a histogram', 'a_bucket{le="+Inf"} 1', 'a_count 1 # {} 1'],
    ['expected name{', '# TYPE a counter', 'a_total 1 # {}'],
    ['expected name{', '# TYPE a counter', 'a_total 1 #{} 1'],
    ['expected name{', '# TYPE a counter', 'a_total 1 # {} 1 1 1'],
    ['the exemplar value is not a number', '# TYPE a counter', 'a_total 1 # {} x'],
    ['at most 128', '# TYPE a counter', `a_total 1 # {a="${'é'.repeat(128)}"} 1`],
    ['a counter needs a sample', '# TYPE a counter', 'a_created 1'],
    ['_total cannot be negative', '# TYPE a counter', 'a_total -1'],
    ['_total cannot be NaN', '# TYPE a counter', 'a_total NaN'],
    ['a state is 0 or 1', '# TYPE a stateset', 'a{a="x"} 0.5'],
    ['needs the label a', '# TYPE a stateset', 'a{b="x"} 1'],
    ['an info has the value 1', '# TYPE a info', 'a_info 0'],
    ['a label quantile', '# TYPE a summary', 'a 1'],
    ['a label quantile', '# TYPE a summary', 'a{quantile="1.01"} 1'],
    ['a label quantile', '# TYPE a summary', 'a{quantile="NaN"} 1'],
    ['a quantile cannot be negative', '# TYPE a summary', 'a{quantile="0.5"} -1'],
    ['must be a whole number', '# TYPE a summary', 'a_count 0.5'],
    ['must be a whole number', '# TYPE a histogram', 'a_bucket{le="+Inf"} 0.5'],
    ['a label le', '# TYPE a histogram', 'a_bucket 1'],
    ['a label le', '# TYPE a histogram', 'a_bucket{le="Inf"} 1'],
    ['a label le', '# TYPE a histogram', 'a_bucket{le="NaN"} 1'],
    ['no bucket le="+Inf"', '# TYPE a histogram', 'a_bucket{le="1"} 1'],
    ['no bucket le="+Inf"', '# TYPE a histogram', 'a_bucket{le="1"} 1 1', 'a_bucket{le="+Inf"} 1 2'],
    ['differs from the bucket', '# TYPE a histogram', 'a_bucket{le="+Inf"} 1', 'a_count 2', 'a_sum 1'],
    ['both a count and a sum', '# TYPE a histogram', 'a_bucket{le="+Inf"} 1', 'a_count 1'],
    ['both a count and a sum', '# TYPE a gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gsum 1'],
    ['ascending order', '# TYPE a histogram', 'a_bucket{le="2"} 1', 'a_bucket{le="1"} 1', 'a_bucket{le="+Inf"} 1'],
    ['the values of buckets fall', '# TYPE a histogram', 'a_bucket{le="1"} 2', 'a_bucket{le="+Inf"} 1'],
    [
      'negative buckets has no sum',
      '# TYPE a histogram',
      'a_bucket{le="-1"} 1',
      'a_bucket{le="+Inf"} 1',
      'a_count 1',
      'a_sum 1',
    ],
    ['the sum is negative', '# TYPE a gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gcount 1', 'a_gsum -1'],
    ['behind # EOF', 'a 1', '# EOF'],
  ])('refuses: %s', (reason, ...lines) => {
    expect(checkOpenMetrics(Buffer.from([...lines, '# EOF'].join('\n')))?.reason).toContain(reason)
  })

  test('says in which line, and wants # EOF', () => {
    expect(checkOpenMetrics(Buffer.from('a 1\nb x\n# EOF\n'))?.message).toBe(
      'line 2: the value is not a number: "x" while parsing: "b x"',
    )
    expect(checkOpenMetrics(Buffer.from('a 1\n'))?.reason).toBe('the body does not end with # EOF')
    expect(checkOpenMetrics(Buffer.from('a{b="\xff"} 1\n# EOF\n', 'latin1'))?.reason).toBe(
      'the body is not valid UTF-8',
    )
  })

  test('accepts what is well formed', () => {
    const body = `# TYPE a counter
# HELP a With "quotes", \\n and \\\\.
a_total{b="x"} 1 1.5 # {trace_id="1"} 0.5 1.25
a_created{b="x"} 1 1.5
a_total{b="x"} 2 2.5
a_total{b=""} +Inf
# TYPE h_seconds histogram
# UNIT h_seconds seconds
h_seconds_bucket{le="0.1"} 0 # {} 0.05
h_seconds_bucket{le="+Inf"} 1
h_seconds_count 1
h_seconds_sum 0.5
h_seconds_created 1e9
# TYPE g gaugehistogram
g_bucket{le="-1"} 1
g_bucket{le="+Inf"} 2
g_gcount 2
g_gsum -3
# TYPE s summary
s{quantile="0"} NaN
s{quantile="1"} 3
s_count 1
s_sum 3
# TYPE i info
i_info{version="1"} 1
# TYPE st stateset
st{st="on"} 1
st{st="off"} 0
# TYPE ga gauge
ga{a="1"} -1.e3 0.0000000001
ga{a="1"} .5 0.0000000010
free:name -inf
# EOF`
    expect(checkOpenMetrics(Buffer.from(body))?.message).toBeUndefined()
  })
})
