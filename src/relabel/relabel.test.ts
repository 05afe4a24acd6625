import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Labels } from '../model/labels.ts'
import { relabelConfigs } from './config.ts'
import { relabel } from './relabel.ts'

type Rule = z.input<typeof relabelConfigs>

/** The cases follow the semantics of Prometheus's relabelling; expected values were worked out by hand from its documentation. */
describe('relabelling', () => {
  test.each<[what: string, rules: Rule, before: Record<string, string>, after: Record<string, string> | undefined]>([
    [
      'replace takes groups',
      [{ source_labels: ['a'], regex: 'f(.*)', target_label: 'd', replacement: 'ch${1}-ch$1' }],
      { a: 'foo', b: 'bar' },
      { a: 'foo', b: 'bar', d: 'choo-choo' },
    ],
    [
      'source labels are joined',
      [{ source_labels: ['a', 'b'], target_label: 'c', separator: '-', regex: '(.+)-(.+)', replacement: '$2/$1' }],
      { a: 'x', b: 'y' },
      { a: 'x', b: 'y', c: 'y/x' },
    ],
    [
      'the regex must match the whole value',
      [{ source_labels: ['a'], regex: 'o', target_label: 'b' }],
      { a: 'foo' },
      { a: 'foo' },
    ],
    [
      'an empty result removes',
      [{ source_labels: ['a'], regex: '(f).*', target_label: 'b', replacement: '$2' }],
      { a: 'foo', b: 'x' },
      { a: 'foo' },
    ],
    [
      'a constant is set without a source',
      [{ target_label: 'env', replacement: 'prod' }],
      { a: '1' },
      { a: '1', env: 'prod' },
    ],
    [
      'the target may have groups',
      [{ source_labels: ['a'], regex: '(.+):(.+)', target_label: '$1', replacement: '${2}' }],
      { a: 'k:v' },
      { a: 'k:v', k: 'v' },
    ],
    [
      '$1x is the group "1x"',
      [{ source_labels: ['a'], target_label: 'b', replacement: '$1x' }],
      { a: 'foo' },
      { a: 'foo' },
    ],
    [
      '$$ is a dollar',
      [{ source_labels: ['a'], target_label: 'b', replacement: '$$1' }],
      { a: 'foo' },
      { a: 'foo', b: '$1' },
    ],
    [
      'named groups',
      [{ source_labels: ['a'], regex: '(?P<first>.).*', target_label: 'b', replacement: '$first' }],
      { a: 'foo' },
      { a: 'foo', b: 'f' },
    ],
    ['a dot matches a newline', [{ source_labels: ['a'], target_label: 'b' }], { a: 'x\ny' }, { a: 'x\ny', b: 'x\ny' }],
    ['drop', [{ source_labels: ['a'], regex: '.*o.*', action: 'drop' }], { a: 'foo' }, undefined],
    ['drop of another', [{ source_labels: ['a'], regex: '.*x.*', action: 'drop' }], { a: 'foo' }, { a: 'foo' }],
    ['keep', [{ source_labels: ['a'], regex: 'f|foo', action: 'keep' }], { a: 'foo' }, { a: 'foo' }],
    ['keep of another', [{ source_labels: ['a'], regex: 'f', action: 'keep' }], { a: 'foo' }, undefined],
    ['an absent label is empty', [{ source_labels: ['none'], regex: '', action: 'keep' }], { a: 'foo' }, { a: 'foo' }],
    [
      'keepequal',
      [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }],
      { a: '1', b: '1' },
      { a: '1', b: '1' },
    ],
    [
      'keepequal of unequal',
      [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }],
      { a: '1', b: '2' },
      undefined,
    ],
    ['dropequal', [{ source_labels: ['a'], target_label: 'b', action: 'dropequal' }], { a: '1', b: '1' }, undefined],
    // MD5("foo") = acbd18db4cc2f85cedef654fccc4a4d8; its last 8 bytes modulo 1000 are 696.
    [
      'hashmod',
      [{ source_labels: ['a'], target_label: 'h', action: 'hashmod', modulus: 1000 }],
      { a: 'foo' },
      { a: 'foo', h: '696' },
    ],
    [
      'labelmap',
      [{ regex: 'meta_(.+)', action: 'labelmap' }],
      { meta_a: '1', meta_b: '2', c: '3' },
      { a: '1', b: '2', c: '3', meta_a: '1', meta_b: '2' },
    ],
    ['labeldrop', [{ regex: '(b.*)', action: 'labeldrop' }], { a: '1', b: '2', b2: '3' }, { a: '1' }],
    ['labelkeep', [{ regex: '(b.*)', action: 'labelkeep' }], { a: '1', b: '2', b2: '3' }, { b: '2', b2: '3' }],
    ['lowercase', [{ source_labels: ['a'], target_label: 'a', action: 'lowercase' }], { a: 'FoÖ' }, { a: 'foö' }],
    [
      'uppercase',
      [{ source_labels: ['a'], target_label: 'b', action: 'UPPERCASE' }],
      { a: 'foo' },
      { a: 'foo', b: 'FOO' },
    ],
    [
      'rules see what earlier ones did',
      [
        { source_labels: ['a'], target_label: 'b' },
        { source_labels: ['b'], regex: 'foo', target_label: 'c', replacement: 'seen' },
        { regex: 'b', action: 'labeldrop' },
      ],
      { a: 'foo' },
      { a: 'foo', c: 'seen' },
    ],
  ])('%s', (_, rules, before, after) => {
    expect(relabel(Labels.from(before), relabelConfigs.parse(rules))?.toObject()).toEqual(after)
  })

  test('unchanged labels stay the same object', () => {
    const labels = Labels.from({ a: '1' })
    expect(relabel(labels, relabelConfigs.parse([{ regex: 'x', action: 'labeldrop' }]))).toBe(labels)
  })
})

describe('relabel configuration', () => {
  test.each<[fault: string, rule: Record<string, unknown>]>([
    ['unknown relabel action "boom"', { action: 'boom' }],
    ['relabel configuration for hashmod requires non-zero modulus', { action: 'hashmod', target_label: 'a' }],
    ["relabel configuration for replace action requires 'target_label' value", { source_labels: ['a'] }],
    ["relabel configuration for lowercase action requires 'target_label' value", { action: 'lowercase' }],
    [`"$1" is invalid 'target_label' for hashmod action`, { action: 'hashmod', modulus: 2, target_label: '$1' }],
    ["'replacement' can not be set for uppercase action", { action: 'uppercase', target_label: 'a', replacement: 'x' }],
    [
      "dropequal action requires only 'source_labels' and 'target_label'",
      { action: 'dropequal', target_label: 'a', regex: 'x' },
    ],
    ["labelkeep action requires only 'regex', and no other fields", { action: 'labelkeep', source_labels: ['a'] }],
    ["labeldrop action requires only 'regex', and no other fields", { action: 'labeldrop', target_label: 'a' }],
    ['error parsing regexp', { action: 'keep', source_labels: ['a'], regex: '(' }],
    ['Unrecognized key', { action: 'keep', source_label: ['a'] }],
  ])('%s', (fault, rule) => {
    const result = relabelConfigs.safeParse([rule])
    expect(result.error?.issues.map(({ message }) => message).join()).toContain(fault)
  })
})
