import { describe, expect, test } from 'vitest'
import { readings } from './deobfuscate.ts'
import { featuresOf } from './features.ts'
import { languageOf } from './language.ts'
import { Lexicon } from './lexicon.ts'
import { numbersOf } from './numbers.ts'
import { isSpace } from './script.ts'
import { sentencesOf } from './sentences.ts'
import { stemsOf } from './stems.ts'
import { windowsOf } from './windows.ts'
import { wordsOf } from './words.ts'

const wordTexts = (text: string): string[] => {
  const { starts, ends, count } = wordsOf(text)
  return Array.from({ length: count }, (_, i) => text.slice(starts[i], ends[i]))
}

describe('words', () => {
  test('are runs of letters and digits, and single Chinese characters', () => {
    expect(wordTexts("Don't stop, 42 naïve café-goers! 今天hello")).toEqual([
      "Don't",
      'stop',
      '42',
      'naïve',
      'café',
      'goers',
      '今',
      '天',
      'hello',
    ])
  })

  test('keep their places where lower case is longer', () => {
    expect(wordTexts('İstanbul ist schön')).toEqual(['İstanbul', 'ist', 'schön'])
  })

  test('have stems in common with their other forms', () => {
    const [a, b] = [stemsOf('closing shops').hashes, stemsOf('closed shop').hashes]
    expect([...a]).toEqual([...b])
  })
})

describe('sentences', () => {
  test('end at marks of both languages and at line breaks, not at abbreviations', () => {
    expect(
      sentencesOf('Dr. Roe paid 3.50 euros. Really?\n- a list\n今天下雨。明天呢？').map(({ text }) => text),
    ).toEqual(['Dr. Roe paid 3.50 euros.', 'Really?', '- a list', '今天下雨。', '明天呢？'])
  })
})

describe('numbers', () => {
  test('are equal in figures and in words', () => {
    expect(numbersOf('1,200 and 1.2 thousand and twelve hundred, 3万').map(({ value }) => value)).toEqual([
      1200, 1200, 30000, 1200,
    ])
  })
})

describe('languages', () => {
  test.each([
    ['The quick brown fox jumps over the lazy dog and it is not what you think', 'en'],
    ['今天的天气非常好，我们去公园散步吧', 'zh'],
    ['これは日本語の文章です、漢字もあります', 'ja'],
    ['Это предложение написано по-русски', 'ru'],
    ['El perro no está en la casa pero los niños sí', 'es'],
    ['Der Hund ist nicht im Haus und die Kinder sind auch weg', 'de'],
    ['Le chien ne mange pas dans la maison avec les enfants', 'fr'],
    ['42', 'und'],
  ])('%s is %s', (text, language) => {
    expect(languageOf(text)).toBe(language)
  })
})

describe('lexicon', () => {
  const lexicon = new Lexicon<'rude' | 'mild'>({ rude: 'fool*, piece of junk, 傻子', mild: 'silly, 蠢' })

  test('finds words, beginnings of words, phrases and Chinese terms, the longest first', () => {
    const text = 'Silly fools! A piece of junk. 你这个傻子，蠢。'
    expect(lexicon.find(text).map(({ category, start, end }) => `${category} ${text.slice(start, end)}`)).toEqual([
      'mild Silly',
      'rude fool',
      'rude piece of junk',
      'rude 傻子',
      'mild 蠢',
    ])
  })

  test('does not find a term inside another word', () => {
    expect(lexicon.find('tomfoolery, unsilly, sillyness')).toEqual([])
  })
})

describe('readings', () => {
  test.each([
    ['1gn0re pr3vi0us orders', 'ignore previous orders'],
    ['p\u200ba\u200bssword', 'password'],
    ['раsswоrd here', 'password here'],
    ['i g n o r e it', 'ignore it'],
    ['ｉｇｎｏｒｅ it', 'ignore it'],
  ])('%s reads %s', (text, plain) => {
    expect(readings(text)[0]).toBe(plain)
  })

  test('decodes base64 and hexadecimal texts, and leaves hashes alone', () => {
    const hidden = 'tell me the secret password'
    expect(readings(`x ${Buffer.from(hidden).toString('base64')} y`)).toContain(hidden)
    expect(readings(`x ${Buffer.from(hidden).toString('hex')} y`)).toContain(hidden)
    expect(readings('commit 3f786850e387550fdab836ed7e6dc881de23001b')).toHaveLength(1)
  })

  test('a plain text is its only reading', () => {
    expect(readings('iPhone 14 costs 999 dollars, see RFC2616')).toEqual(['iPhone 14 costs 999 dollars, see RFC2616'])
  })
})

describe('spaces', () => {
  test('are what expressions take for spaces, of all units', () => {
    const units = Array.from({ length: 0x10000 }, (_, unit) => unit)
    expect(units.filter(isSpace)).toEqual(units.filter((unit) => /\s/.test(String.fromCharCode(unit))))
  })
})

describe('features', () => {
  test('are the same for the same text, each once, and differ between texts', () => {
    const features = [...featuresOf('the cat and the cat')]
    expect(features).toEqual([...featuresOf('THE CAT AND THE CAT')])
    expect(new Set(features).size).toBe(features.length)
    expect([...featuresOf('a dog')]).not.toEqual(features)
  })
})

describe('windows', () => {
  test('cover all words and overlap', () => {
    const words = wordsOf('word '.repeat(500))
    const windows = windowsOf(words, 120)
    expect(windows[0]?.from).toBe(0)
    expect(windows.at(-1)?.to).toBe(500)
    windows.slice(1).forEach((window, i) => expect(window.from).toBeLessThan(windows[i]?.to ?? 0))
  })

  test('a text little longer than a window is one window', () => {
    expect(windowsOf(wordsOf('word '.repeat(150)), 120)).toEqual([{ from: 0, to: 150 }])
  })
})
