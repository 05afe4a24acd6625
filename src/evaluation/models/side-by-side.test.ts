import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../util/random.ts'
import { FEATURE_COUNT } from '../text/features.ts'
import type { ModelHeader } from './linear-model.ts'
import { LinearModel } from './linear-model.ts'
import { SideBySide } from './side-by-side.ts'

const HEADER: ModelHeader = {
  name: 'test',
  version: '1',
  scale: 0.25,
  bias: -1,
  dense: {},
  slope: -1,
  intercept: 0,
  threshold: 0.5,
}
const random = seededRandom(11)

function randomWeights(): Int8Array {
  return new Int8Array(FEATURE_COUNT).map(() => Math.floor(random() * 256) - 128)
}

function randomBlock(size: number): Int32Array {
  return new Int32Array(size).map(() => Math.floor(random() * FEATURE_COUNT))
}

describe('models side by side', () => {
  test('judge as each does alone, also texts of many features and more models than the table holds', () => {
    const table = new SideBySide()
    const weights = Array.from({ length: 9 }, randomWeights)
    const together = weights.map((own) => new LinearModel(HEADER, own, { table }))
    const alone = weights.map((own) => new LinearModel(HEADER, own))
    for (const size of [0, 1, 257, 258, 5_000]) {
      const blocks = [randomBlock(size), randomBlock(3)]
      expect(together.map((model) => model.margin(blocks))).toEqual(alone.map((model) => model.margin(blocks)))
    }
  })

  test('read the features as they are, also where they were trained on salted ones', () => {
    const [own, block] = [randomWeights(), randomBlock(300)]
    const salted = [block.map((id) => id ^ 0x15555), block]
    const expected = new LinearModel(HEADER, own).margin(salted)
    const table = new SideBySide()
    const salts = [0x15555, 0]
    expect(new LinearModel(HEADER, own, { table, salts }).margin([block, block])).toBe(expected)
    expect(new LinearModel(HEADER, own, { salts }).margin([block, block])).toBe(expected)
  })

  test('sum the extremes without one model spilling into the next', () => {
    const table = new SideBySide()
    const weights = [-128, 127, -128, 127].map((weight) => new Int8Array(FEATURE_COUNT).fill(weight))
    const models = weights.map((own) => new LinearModel({ ...HEADER, bias: 0, scale: 1 }, own, { table }))
    const block = randomBlock(1_000)
    expect(models.map((model) => Math.round(model.margin([block]) * Math.sqrt(1_000)))).toEqual([
      -128_000, 127_000, -128_000, 127_000,
    ])
  })

  test('a model that comes later is read from the next text on, and from those that were read before', () => {
    const table = new SideBySide()
    const block = randomBlock(100)
    const [first, second, third] = [randomWeights(), randomWeights(), randomWeights()]
    const early = [first, second].map((own) => new LinearModel(HEADER, own, { table }))
    const before = early.map((model) => model.margin([block]))
    const late = new LinearModel(HEADER, third, { table })
    expect(late.margin([block])).toBe(new LinearModel(HEADER, third).margin([block]))
    expect(early.map((model) => model.margin([block]))).toEqual(before)
  })
})
