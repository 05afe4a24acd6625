import {
  array,
  assert,
  bigInt,
  boolean,
  constant,
  dictionary,
  double,
  letrec,
  oneof,
  property,
  string,
  uint8Array,
} from 'fast-check'
import { expect, test } from 'vitest'
import type { Attributes, AttributeValue } from '../../model/span.ts'
import { readAttributes, writeAttributes } from './attribute-json.ts'

const { attributes } = letrec<{ value: AttributeValue; attributes: Attributes }>((tie) => ({
  value: oneof(
    { maxDepth: 4 },
    constant(null),
    boolean(),
    double(),
    string(),
    bigInt(),
    uint8Array(),
    array(tie('value')),
    tie('attributes'),
  ),
  attributes: dictionary(
    oneof(string(), constant('$integer'), constant('$bytes'), constant('$object'), constant('$')),
    tie('value'),
    {
      noNullPrototype: true,
    },
  ),
}))

test('attributes come back as they were, also those that look like the escapes', () => {
  assert(
    property(attributes, (written) => {
      expect(readAttributes(writeAttributes(written))).toEqual(written)
    }),
  )
})

test('no text reads as no attributes', () => {
  expect(readAttributes('')).toEqual({})
})

test('an escape that this program does not know is an error', () => {
  expect(() => readAttributes('{"a":{"$new":1}}')).toThrow('$new')
})
