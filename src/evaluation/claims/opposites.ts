import { stemsOf } from '../text/stems.ts'
import type { Token } from './tokens.ts'

/** Words that deny each other in the same place, a pair a line. */
const PAIRS = `
rise rose risen increase increased grew grow grown gain raise raised up higher | fall fell fallen decrease decreased drop dropped decline declined shrink shrank cut lower lowered reduced down
accept accepted agree agreed approve approved admit admitted confirm confirmed support supported | reject rejected deny denied refuse refused oppose opposed
win won beat | lose lost
buy bought acquire acquired | sell sold
before | after
first | last second third fourth fifth
more over exceed exceeded | less fewer under
start started begin began open opened | end ended close closed stop stopped
early earlier | late later delayed
all every | none some only
fast faster | slow slower
old older | new newer
增长 上升 提高 增加 上涨 | 下降 减少 降低 下滑 下跌
提前 | 推迟 延期
高于 | 低于
战胜 击败 | 负于 输给
同意 接受 批准 赞成 | 拒绝 反对 否认 否决
开通 开放 启用 | 关闭 停用 停运
`

/** The pair and the side of each word, by its stem. */
const SIDES = new Map<number, { readonly pair: number; readonly side: number }>()
/** The stems of both sides of each pair. */
const STEMS: ReadonlyArray<readonly [readonly number[], readonly number[]]> = PAIRS.trim()
  .split('\n')
  .map((line, pair) => {
    const [left = [], right = []] = line.split('|').map((words) => words.trim().split(' ').map(stemOf))
    const sides = [left, right] as const
    sides.forEach((stems, side) => stems.forEach((stem) => SIDES.set(stem, { pair, side })))
    return sides
  })

function stemOf(word: string): number {
  return stemsOf(word).hashes[0] ?? 0
}

/** Whether a token that the documents do not have is the opposite of one that they have. */
export function isOpposed(tokens: readonly Token[], documents: ReadonlyMap<number, unknown>): boolean {
  return tokens.some(({ key }) => {
    const found = documents.has(key) ? undefined : SIDES.get(key)
    return found !== undefined && (STEMS[found.pair]?.[1 - found.side] ?? []).some((stem) => documents.has(stem))
  })
}
