import { describe, expect, test } from 'vitest'
import { JsonSchema } from './json-schema.ts'

describe('JSON schemas', () => {
  test.each<[schema: Record<string, unknown> | boolean, good: unknown, bad: unknown, fault: string]>([
    [{ type: 'object', required: ['a'] }, { a: 1 }, {}, "the value must have required property 'a'"],
    [{ properties: { a: { type: 'integer' } } }, { a: 1 }, { a: 1.5 }, '/a must be integer'],
    [{ prefixItems: [{ const: 1 }], items: { type: 'string' } }, [1, 'x'], [1, 2], '/1 must be string'],
    [{ pattern: '^\\d+$' }, '12', 'a', 'the value must match pattern "^\\d+$"'],
    [
      { unevaluatedProperties: false, properties: { a: true } },
      { a: 1 },
      { b: 1 },
      'the value must NOT have unevaluated properties',
    ],
    [{ format: 'email', description: 'an annotation' }, 'no mail', undefined, ''],
    [
      {
        $ref: '#/$defs/tree',
        $defs: { tree: { type: 'object', properties: { kids: { items: { $ref: '#/$defs/tree' } } } } },
      },
      { kids: [{ kids: [] }] },
      { kids: [{ kids: [1] }] },
      '/kids/0/kids/0 must be object',
    ],
    [false, undefined, 1, 'the value boolean schema is false'],
  ])('%j', (schema, good, bad, fault) => {
    const compiled = new JsonSchema(schema)
    if (good !== undefined) expect(compiled.faultOf(good)).toBeUndefined()
    if (bad !== undefined) expect(compiled.faultOf(bad)).toBe(fault)
  })

  test('are of draft-07 where they say so', () => {
    const tuple = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] }
    expect(new JsonSchema(tuple).faultOf([1])).toBe('/0 must be string')
  })

  test('have patterns that take time linear in the text', () => {
    expect(new JsonSchema({ pattern: '^(a+)+$' }).faultOf(`${'a'.repeat(5_000)}!`)).toMatch(/must match pattern/)
  })

  test('that contain themselves come to an end on what is nested without one', () => {
    const list = new JsonSchema({ type: 'array', items: { $ref: '#' } })
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))
    expect(list.faultOf([[[]]])).toBeUndefined()
    expect(list.faultOf(deep)).toBe('the value is nested too deep')
    expect(new JsonSchema({ anyOf: [{ $ref: '#' }] }).faultOf(1)).toBe('the value is nested too deep')
  })

  test.each<[schema: Record<string, unknown>, message: string]>([
    [{ type: 'text' }, 'type must be equal to one of the allowed values'],
    [{ properties: { a: { minimun: 1 } } }, 'unknown keyword: "minimun"'],
    [{ properties: 3 }, 'data/properties must be object'],
    [{ $ref: '#/$defs/no' }, "can't resolve reference #/$defs/no"],
    [{ pattern: '(' }, 'missing closing )'],
  ])('that are none are refused: %j', (schema, message) => {
    expect(() => new JsonSchema(schema)).toThrow(message)
  })
})
