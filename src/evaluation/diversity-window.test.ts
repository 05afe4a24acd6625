import { describe, expect, test } from 'vitest'
import { ManualClock } from '../util/manual-clock.ts'
import { DiversityWindow } from './diversity-window.ts'
import { DiversityWindows } from './diversity-windows.ts'

const TOPICS = 'apples bridges candles deserts engines forests glaciers harbours islands jungles'.split(' ')

describe('diversity of a window of answers', () => {
  test('answers that differ are diverse', () => {
    const window = new DiversityWindow(100)
    for (const topic of TOPICS)
      window.add(
        `${topic} ${topic
          .split('')
          .map((letter, i) => `${letter}${topic.slice(i)}x${i}`)
          .join(' ')} ${topic}s`,
      )
    expect(window.measure()).toMatchObject({ answers: TOPICS.length, nearDuplicateShare: 0, templateShare: 0 })
    expect(window.measure()?.distinct2).toBeGreaterThan(0.9)
  })

  test('the same answer with another word is a near-duplicate of one template', () => {
    const window = new DiversityWindow(100)
    const frame =
      'thank you for your question about the weather, we are always happy to help you with everything that you need today and tomorrow: '
    for (const topic of TOPICS) window.add(frame + topic)
    expect(window.measure()).toMatchObject({ nearDuplicateShare: 0.9, templateShare: 1 })
  })

  test('is the same whether answers are read one by one or when it is measured, long ones as well', () => {
    const long = (topic: string): string => `${topic} ${'and so on and so forth in other words '.repeat(4_000)}`
    const [often, once] = [new DiversityWindow(7), new DiversityWindow(7)]
    for (const topic of [...TOPICS, ...TOPICS]) {
      for (const window of [often, once]) window.add(long(topic))
      often.measure()
    }
    expect(once.measure()).toEqual(often.measure())
    expect(once.measure()?.answers).toBe(7)
  })

  test('keeps to its capacity and passes over very short answers', () => {
    const window = new DiversityWindow(3)
    window.add('Yes.')
    expect(window.measure()).toBeUndefined()
    for (const topic of TOPICS) window.add(`one two three four five six seven eight ${topic}`)
    expect(window.measure()?.answers).toBe(3)
  })
})

describe('windows of several models', () => {
  test('a window is measured when twenty answers and ten seconds have passed', () => {
    const clock = new ManualClock(100_000)
    const windows = new DiversityWindows(clock)
    const answer = (i: number): string => `answer number ${i} has at least eight words in it`
    const measured = Array.from({ length: 40 }, (_, i) => windows.add('a', answer(i))).filter(
      (one) => one !== undefined,
    )
    expect(measured).toMatchObject([{ model: 'a', answers: 20 }])
    expect(windows.add('b', answer(1))).toBeUndefined()
  })
})
