import { describe, expect, test } from 'vitest'
import { tokensOf } from './tokens.ts'

const tokens = (wanted: string): string[] => tokensOf(wanted).map(({ match, text }) => `${match} ${text}`)

describe('what a searched text has among its tokens', () => {
  test('words within it as they are, the first and the last perhaps as parts', () => {
    expect(tokens('where is My Order')).toEqual(['ends where', 'is is', 'is my', 'begins order'])
    expect(tokens(' my order.')).toEqual(['is my', 'is order'])
    expect(tokens('quetzal')).toEqual(['holds quetzal'])
  })

  test('nothing where a part of a word is so short that most texts have it', () => {
    expect(tokens('a')).toEqual([])
    expect(tokens('in 3 days')).toEqual(['is 3', 'begins days'])
  })

  test('pairs of ideographs, and one alone as the beginning of a pair', () => {
    expect(tokens('饕餮纹')).toEqual(['is 饕餮', 'is 餮纹'])
    expect(tokens('纹')).toEqual(['begins 纹'])
    expect(tokens('iPhone手机')).toEqual(['ends iphone', 'is 手机'])
    expect(tokens('𠮷野家')).toEqual(['is 𠮷野', 'is 野家'])
  })

  test('what is neither stands between words', () => {
    expect(tokens('Straße')).toEqual(['ends stra', 'begins e'])
    expect(tokens('café au lait')).toEqual(['ends caf', 'is au', 'begins lait'])
    expect(tokens('привет, мир')).toEqual([])
    expect(tokens('İstanbul')).toEqual(['begins stanbul'])
    expect(tokens('300 \u212a')).toEqual(['ends 300', 'begins k'])
  })
})
