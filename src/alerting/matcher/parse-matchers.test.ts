import { describe, expect, test } from 'vitest'
import { matchersText } from './matchers.ts'
import { MatcherSyntaxError, parseMatcher, parseMatchers } from './parse-matchers.ts'

test.each([
  ['foo=bar', '{foo="bar"}'],
  ['{foo=bar}', '{foo="bar"}'],
  ['{foo="bar"}', '{foo="bar"}'],
  ['{ foo = "bar" , dings != "bums", }', '{foo="bar",dings!="bums"}'],
  ['foo=bar,dings!=bums', '{foo="bar",dings!="bums"}'],
  ['statuscode=~"5.."', '{statuscode=~"5.."}'],
  ['a!~b.*', '{a!~"b.*"}'],
  ['foo=', '{foo=""}'],
  ['foo=""', '{foo=""}'],
  [
    '{quote="She said: \\"Hi, ladies! That\'s gender-neutral…\\""}',
    '{quote="She said: \\"Hi, ladies! That\'s gender-neutral…\\""}',
  ],
  ['a="x\\ny"', '{a="x\\ny"}'],
  ['a=x\\d', '{a="x\\\\d"}'],
  ['a="{}"', '{a="{}"}'],
  ['"any name"="x"', '{"any name"="x"}'],
  ['温度=high', '{温度="high"}'],
  ['"a.b"=~"c|d",e=f', '{a.b=~"c|d",e="f"}'],
  ['', '{}'],
  ['{}', '{}'],
])('%s', (text, expected) => expect(matchersText(parseMatchers(text))).toBe(expected))

describe('what is none', () => {
  test.each(['foo', 'foo~bar', '=bar', 'a="b', 'a=b"c', 'a="b"c"', 'a b=c', '"a=b'])('%s', (text) =>
    expect(() => parseMatcher(text)).toThrow(MatcherSyntaxError),
  )

  test('a bad expression', () => expect(() => parseMatcher('a=~"("')).toThrow(/error parsing regexp/))
})
