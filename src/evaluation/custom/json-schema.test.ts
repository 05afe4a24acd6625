import { describe, expect, test } from 'vitest'
import { JsonSchema } from './json-schema.ts'

describe('JSON schemas', () => {
  test.each<[schema: object | boolean, good: unknown, bad: unknown, fault: string]>([
    [{ type: 'object', required: ['a'] }, { a: 1 }, {}, 'a is missing'],
    [{ properties: { a: { type: 'integer' } } }, { a: 1 }, { a: 1.5 }, 'a: expected integer, found 1.5'],
    [{ type: ['string', 'null'] }, null, 3, 'expected string or null, found 3'],
    [{ properties: { a: true }, additionalProperties: false }, { a: 1 }, { b: 1 }, 'b: is not allowed'],
    [
      { patternProperties: { '^x-': { type: 'number' } }, additionalProperties: { type: 'string' } },
      { 'x-a': 1, b: '' },
      { b: 1 },
      'b: expected string, found 1',
    ],
    [{ items: { enum: ['a', 'b'] } }, ['a', 'b'], ['a', 'c'], '[1]: expected one of ["a","b"], found "c"'],
    [{ prefixItems: [{ const: 1 }], items: { type: 'string' } }, [1, 'x'], [1, 2], '[1]: expected string, found 2'],
    [{ contains: { type: 'number' } }, ['a', 1], ['a'], 'has no item as asked for'],
    [{ uniqueItems: true, minItems: 2 }, [1, 2], [1, 1], 'has equal items'],
    [{ maxItems: 1 }, [1], [1, 2], '1 must be items at most, found 2'],
    [{ minLength: 2, maxLength: 2 }, '🙂🙂', '🙂', '2 must be characters at least, found 1'],
    [{ pattern: '^\\d+$' }, '12', 'a', 'does not match "^\\\\d+$"'],
    [{ minimum: 1, exclusiveMaximum: 3 }, 2, 3, '3 must be undercut, found 3'],
    [{ multipleOf: 0.1 }, 0.3, 0.35, '0.1 must be divided evenly, found 0.35'],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 2, 3, '2 must be at most, found 3'],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 1, true, 'conforms to 0 of the 2 parts of anyOf'],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 1, 2, 'conforms to 2 of the 2 parts of oneOf'],
    [{ not: { type: 'string' } }, 1, 'x', 'conforms to what it must not'],
    [
      JSON.parse('{"if": {"minimum": 5}, "then": {"multipleOf": 5}, "else": true}') as object,
      10,
      7,
      '5 must be divided evenly, found 7',
    ],
    [
      {
        $ref: '#/$defs/tree',
        $defs: { tree: { type: 'object', properties: { kids: { items: { $ref: '#/$defs/tree' } } } } },
      },
      { kids: [{ kids: [] }] },
      { kids: [{ kids: [1] }] },
      'kids[0].kids[0]: expected object, found 1',
    ],
    [false, undefined, 1, 'is not allowed'],
  ])('%j', (schema, good, bad, fault) => {
    const compiled = new JsonSchema(schema)
    if (good !== undefined) expect(compiled.faultOf(good)).toBeUndefined()
    expect(compiled.faultOf(bad)).toBe(fault)
  })

  test('that refer to themselves come to an end', () => {
    const twice = new JsonSchema({ anyOf: [{ $ref: '#' }, { $ref: '#' }] })
    expect(twice.faultOf(1)).toMatch(/conforms to 0/)
  })

  test.each<[schema: unknown, message: string]>([
    [{ type: 'text' }, 'type: expected one of array, object, integer'],
    [{ properties: { a: { minimun: 1 } } }, 'properties.a.minimun: unknown or unsupported keyword'],
    [{ properties: 3 }, 'properties: expected an object, found 3'],
    [{ anyOf: {} }, 'anyOf: expected a list, found {}'],
    [{ $ref: 'https://x.y/z' }, '$ref: expected a reference within the schema'],
    [{ $ref: '#/$defs/no' }, '$ref: nothing stands at "#/$defs/no"'],
    [{ pattern: '(' }, 'pattern: error parsing regexp'],
    [3, 'schema: expected a schema, found 3'],
  ])('that are none are refused: %j', (schema, message) => {
    expect(() => new JsonSchema(schema)).toThrow(message)
  })
})
