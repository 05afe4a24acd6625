import { describe, expect, it } from 'vitest'
import { Share } from './share.ts'

const START_MS = 1_800_000_000_000

/** The weights of requests that come evenly, with trace ids that count up. */
function weightsOf(share: Share, { perSecond, seconds, from = START_MS }: Load): number[] {
  return Array.from({ length: perSecond * seconds }, (_, i) =>
    share.weightOf(i.toString(16).padStart(32, '0'), from + Math.floor((i * 1_000) / perSecond)),
  )
}

interface Load {
  readonly perSecond: number
  readonly seconds: number
  readonly from?: number
}

describe('the share of requests that drift looks at', () => {
  it('is all of them while there are few', () => {
    expect(weightsOf(new Share(), { perSecond: 200, seconds: 5 })).toEqual(Array(1_000).fill(1))
  })

  it('becomes a part when there are many, and the part stands for all', () => {
    const weights = weightsOf(new Share(), { perSecond: 10_000, seconds: 11 }).slice(10_000)
    const lookedAt = weights.filter((weight) => weight > 0)
    expect(new Set(lookedAt)).toEqual(new Set([50]))
    expect(lookedAt.length).toBeGreaterThan(1_800)
    expect(lookedAt.length).toBeLessThan(2_200)
  })

  it('does not follow the beat of a sender', () => {
    const weights = weightsOf(new Share(), { perSecond: 10_000, seconds: 21 }).slice(10_000)
    const even = weights.filter((weight, i) => weight > 0 && i % 2 === 0).length
    expect(even / weights.filter((weight) => weight > 0).length).toBeCloseTo(0.5, 1)
  })

  it('is all of them again after a pause', () => {
    const share = new Share()
    weightsOf(share, { perSecond: 10_000, seconds: 2 })
    expect(weightsOf(share, { perSecond: 10, seconds: 1, from: START_MS + 60_000 })).toEqual(Array(10).fill(1))
  })
})
