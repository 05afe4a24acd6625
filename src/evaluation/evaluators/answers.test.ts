import { describe, expect, test } from 'vitest'
import { input } from '../../../test/support/evaluation-input.ts'
import type { Evaluator } from '../evaluator.ts'
import { contextUtilisation } from './context-utilisation.ts'
import { format } from './format.ts'
import { groundedness } from './groundedness.ts'
import { hallucination } from './hallucination/hallucination.ts'
import { harmfulContent } from './harmful-content/harmful-content.ts'
import { instructionFollowing } from './instruction-following.ts'
import { languageMatch } from './language-match.ts'
import { length } from './length.ts'
import { relevance } from './relevance.ts'
import { repetition } from './repetition.ts'
import { sentiment } from './sentiment.ts'
import { toxicity } from './toxicity/toxicity.ts'
import { uncertainty } from './uncertainty.ts'

const verdict = (evaluator: Evaluator, fields: Parameters<typeof input>[0]) =>
  evaluator.evaluate(input(fields))?.verdict

describe('repetition', () => {
  test.each([
    'The cat sat on the mat. '.repeat(12),
    `First we mix the flour. ${'and then we wait '.repeat(15)}`,
    '我们需要认真考虑这个问题，'.repeat(10),
    'ha'.repeat(120),
  ])('%s', (response) => {
    expect(verdict(repetition, { response })).toBe('flagged')
  })

  test('a table and a list are none', () => {
    const response =
      '| a | b |\n|---|---|\n| 1 | 2 |\n\n- first buy milk\n- then buy bread\n- then go home and cook dinner for all'
    expect(verdict(repetition, { response })).toBe('ok')
  })

  test('a song with its refrain, a table of equal cells and figures in a block of code are none', () => {
    const refrain = 'Carry me over the river tonight,\nWhere all of the lanterns are golden and bright.\n'
    const verses = ['The boats have gone out', 'The rain has come down', 'The bells have all rung'].map(
      (line) => `${line} and nobody knows who is waiting for whom at the end of the day.\n${refrain}`,
    )
    expect(verdict(repetition, { response: verses.join('\n') })).toBe('ok')
    expect(verdict(repetition, { response: `| a | b |\n|---|---|\n| ${'yes | no | '.repeat(20)}` })).toBe('ok')
    expect(verdict(repetition, { response: `The matrix:\n\`\`\`python\nzeros = [${'0, '.repeat(40)}]\n\`\`\`` })).toBe(
      'ok',
    )
  })

  test('a long passage three times in a row is a loop', () => {
    const passage =
      'We will review your request with great care and come back to you as soon as our team is done with it. '
    expect(verdict(repetition, { response: `Thank you. ${passage.repeat(3)}` })).toBe('flagged')
  })

  test('what the prompt asks for many times may come many times', () => {
    const response = 'I will not talk in class. '.repeat(20)
    expect(verdict(repetition, { prompt: 'Write "I will not talk in class" 20 times.', response })).toBe('ok')
    expect(verdict(repetition, { prompt: 'Why do pupils talk in class?', response })).toBe('flagged')
  })
})

describe('instructions', () => {
  test.each([
    ['Answer in JSON.', '{"a": 1}', 'ok'],
    ['Answer in JSON.', 'The answer is 1.', 'flagged'],
    ['Give exactly 3 bullet points.', '- a\n- b\n- c', 'ok'],
    ['Give exactly 3 bullet points.', '- a\n- b', 'flagged'],
    ['Use less than 6 words.', 'Roses are red.', 'ok'],
    ['Use less than 6 words.', 'Roses are red and violets are blue.', 'flagged'],
    ['Do not use any commas.', 'Yes, of course.', 'flagged'],
    ['Write in all lowercase letters.', 'all is well', 'ok'],
    ['Do not include the words "sun" and "moon".', 'The moon is up.', 'flagged'],
    ['Include the keywords "sun" and "moon".', 'The moon hides the sun.', 'ok'],
    ['End your response with the phrase "That is all."', 'Here you go. That is all.', 'ok'],
    ['请用英文回答。', 'It rains today in the whole country.', 'ok'],
    ['请用英文回答。', '今天全国都在下雨。', 'flagged'],
    ['不超过10个字。', '今天下雨。', 'ok'],
    ['不要使用“雨”这个词，不要出现“雨”。', '今天下雨。', 'flagged'],
    ['写一句口号，避免使用“越办越好”。', '我们要越办越好。', 'flagged'],
  ])('%s → %s', (prompt, response, expected) => {
    expect(verdict(instructionFollowing, { prompt, response })).toBe(expected)
  })

  test('a schema in the prompt is checked', () => {
    const prompt =
      'Return JSON of this schema: {"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}'
    expect(verdict(format, { prompt, response: '```json\n{"age": 30}\n```' })).toBe('ok')
    expect(verdict(format, { prompt, response: '{"age": "thirty"}' })).toBe('flagged')
    expect(verdict(format, { prompt, response: '{}' })).toBe('flagged')
  })

  test('a prompt without any gives no score', () => {
    expect(format.evaluate(input({ prompt: 'How are you?', response: 'Fine.' }))).toBeUndefined()
  })
})

describe('grounding', () => {
  const context = [
    'The Blue Harbour hotel in Lisbon opened in 1987. It has 40 rooms and a garden. Breakfast is not included.',
  ]

  test('a supported answer is grounded', () => {
    const response = 'The hotel opened in 1987 and has 40 rooms.'
    expect(verdict(groundedness, { prompt: 'Tell me about the hotel.', response, context })).toBe('ok')
  })

  test.each([
    ['The hotel has 65 rooms.', 'number', '65'],
    ['The hotel was built by Marta Oliveira.', 'name', 'Marta'],
  ])('an invented part is found: %s', (response, label, part) => {
    const score = groundedness.evaluate(input({ prompt: 'Tell me about the hotel.', response, context }))
    expect(score?.verdict).toBe('flagged')
    const span = score?.spans?.find((found) => found.label === label)
    expect(response.slice(span?.start, span?.end)).toBe(part)
  })

  const match = [
    'Ostrava beat Brnov 3-2 after extra time. Milan Dvorak scored twice for Brnov before half-time. Goalkeeper Jan Hruska of Brnov saved a penalty. Sales of tickets rose to 31,000.',
  ]

  test.each([
    'Brnov beat Ostrava 3-2 after extra time.',
    'Jan Hruska scored twice for Brnov before half-time.',
    'Goalkeeper Milan Dvorak of Ostrava saved a penalty.',
    'Sales of tickets fell to 31,000.',
  ])("the document's own words in the wrong place support nothing: %s", (response) => {
    const right = 'Milan Dvorak scored twice for Brnov before half-time.'
    const prompt = 'Summarise the document.'
    const scoreOf = (text: string) => groundedness.evaluate(input({ prompt, response: text, context: match }))?.score
    expect(scoreOf(right)).toBeGreaterThan(0.6)
    expect(scoreOf(response)).toBeLessThan((scoreOf(right) ?? 0) - 0.1)
  })

  test('without documents there is nothing to be grounded in', () => {
    expect(groundedness.evaluate(input({ response: 'The hotel has 40 rooms.' }))).toBeUndefined()
  })

  test('an answer that contradicts itself is flagged', () => {
    const response =
      'The bridge over the river was built in 1910. Many people cross it. The bridge over the river was built in 1954.'
    expect(hallucination.evaluate(input({ prompt: 'When was it built?', response }))).toMatchObject({
      verdict: 'flagged',
      label: 'contradiction',
    })
  })

  test('context-utilisation falls when the answer has nothing from the documents', () => {
    const prompt = 'Tell me about it.'
    expect(verdict(contextUtilisation, { prompt, response: 'It opened in 1987 in Lisbon.', context })).toBe('ok')
    expect(
      verdict(contextUtilisation, { prompt, response: 'Penguins swim faster than swimmers believe.', context }),
    ).toBe('flagged')
  })
})

describe('manner', () => {
  const cases: ReadonlyArray<readonly [Evaluator, Parameters<typeof input>[0], string]> = [
    [uncertainty, { response: "I'm not sure, but perhaps it was 1910. I could be wrong." }, 'flagged'],
    [uncertainty, { response: '我不太确定，可能是1910年。' }, 'flagged'],
    [uncertainty, { response: 'It was built in 1910.' }, 'ok'],
    [
      languageMatch,
      { prompt: '今天的天气怎么样？', response: 'It is sunny and warm in the whole of the country today.' },
      'flagged',
    ],
    [
      languageMatch,
      {
        prompt: 'Can you translate this for me: what a fine day it is for all of you, into Chinese',
        response: '大家早上好，祝你们愉快',
      },
      'ok',
    ],
    [length, { response: '   \n' }, 'flagged'],
    [length, { response: 'Paris.' }, 'ok'],
    [sentiment, { prompt: 'This is wrong again, useless!' }, 'flagged'],
    [sentiment, { prompt: '谢谢，太好了！' }, 'ok'],
    [
      relevance,
      {
        prompt: 'How do I prune roses in winter?',
        response: 'The stock market closed higher today as investors cheered new figures from abroad.',
      },
      'flagged',
    ],
    [
      relevance,
      {
        prompt: 'How do I prune roses in winter?',
        response: 'Prune roses in late winter: cut each cane above a bud, and remove all dead wood from the roses.',
      },
      'ok',
    ],
    [toxicity, { response: 'You are a worthless piece of shit, go kill yourself' }, 'flagged'],
    [toxicity, { response: 'Thank you for your question about gardening.' }, 'ok'],
    [toxicity, { prompt: '你这个傻逼，滚回去，恶心的东西' }, 'flagged'],
    [harmfulContent, { response: 'Photosynthesis turns light into sugar.' }, 'ok'],
  ]
  test.each(cases.map(([evaluator, fields, expected]) => ({ name: evaluator.name, evaluator, fields, expected })))(
    '$name of $fields is $expected',
    ({ evaluator, fields, expected }) => {
      expect(verdict(evaluator, fields)).toBe(expected)
    },
  )
})
