import { expect, test } from 'vitest'
import { seededRandom } from '../util/random.ts'
import { topicOf } from './topic.ts'

test('a topic does not depend on case, on punctuation or on words that come twice', () => {
  const topic = topicOf('please translate this contract into French')
  expect(topicOf('PLEASE, translate this: contract... (into French)')).toBe(topic)
  expect(topicOf('please please translate translate this contract into into French')).toBe(topic)
})

test('a text without words has no topic', () => {
  expect(topicOf('')).toBeUndefined()
  expect(topicOf('1 + 1 = 2 ?')).toBeUndefined()
})

test('one character beyond ASCII that belongs to no word changes nothing', () => {
  const random = seededRandom(3)
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: 300 }, () => String.fromCharCode(32 + Math.floor(random() * 95))).join('')
    expect(topicOf(`“${text}`)).toBe(topicOf(` ${text}`))
  }
})

test('Chinese is read in pairs of characters', () => {
  expect(topicOf('请把这份合同翻译成法语')).toMatch(/^topic-\d+$/)
})
