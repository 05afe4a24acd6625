/** The frequent words first. */
const ENGLISH =
  'the of and to a in is that for it with as was on are be by this at from have or an which you were their has more not can been all one other will when there about into its time people some them could these than first our made over after also many most work such because through between each where way back years before should very just those know how used new good find place year long large small give house world school still every point home hand room system money answer question order customer price report model server meeting garden river city weather morning evening letter paper music history science doctor patient family friend child teacher student book story picture number week month water light food table window door street country market company business office program idea reason problem result change level value part group case area team plan cost growth energy field building process method effort detail example service product design support account message email phone address payment delivery shipping return refund package ticket travel flight hotel train station airport summer winter spring autumn north south east west open close read write speak listen learn teach build move carry bring keep begin follow explain compare describe suggest improve reduce increase measure remember understand consider decide expect require provide include contain remain become appear happen simple clear careful different important possible common recent early late quick quiet strong heavy warm cold bright dark green blue white black round narrow wide deep usually often perhaps however therefore instead together almost already never always'.split(
    ' ',
  )
const CHINESE =
  '的 了 是 在 和 也 都 就 与 为 对 从 我们 你们 他们 这个 那个 一个 可以 需要 应该 已经 因为 所以 但是 如果 或者 以及 关于 通过 进行 使用 提供 问题 方法 时间 地方 工作 学习 生活 学校 公司 市场 产品 服务 客户 价格 订单 系统 数据 模型 结果 原因 变化 发展 经济 社会 历史 文化 科学 技术 教育 健康 医生 老师 学生 朋友 家庭 孩子 城市 国家 世界 河流 天气 早上 晚上 今天 明天 去年 春天 夏天 秋天 冬天 房子 窗户 街道 音乐 故事 图片 文章 信息 消息 电话 邮件 会议 报告 计划 项目 团队 设计 过程 例子 重要 简单 清楚 不同 可能 常见 最近 很多 一些 每天 经常 总是 也许 特别 非常 比较 提高 减少 增加 解释 说明 建议 理解 考虑 决定 选择 开始 结束 继续 记得 发现 认为 希望 喜欢 帮助 支持 支付 发货 退款 旅行 酒店 火车 机场'.split(
    ' ',
  )

/** One of so many words is a number, as in ordinary prose. */
const NUMBER_SHARE = 0.03

/** What a language writes sentences with. */
interface Script {
  readonly words: readonly string[]
  readonly space: string
  readonly comma: string
  readonly stop: string
}

const SCRIPTS = {
  english: { words: ENGLISH, space: ' ', comma: ', ', stop: '. ' },
  chinese: { words: CHINESE, space: '', comma: '，', stop: '。' },
} satisfies Readonly<Record<string, Script>>

/** So many words in sentences of six to eighteen, with commas, and now and then a number. They mean nothing. */
export function proseOf(language: keyof typeof SCRIPTS, words: number, random: () => number): string {
  const { comma, stop, space, words: vocabulary } = SCRIPTS[language]
  let text = ''
  let left = 0
  for (let i = 0; i < words; i++) {
    const isFirst = left === 0
    if (isFirst) left = 6 + Math.floor(random() * 13)
    const word = random() < NUMBER_SHARE ? numberOf(random) : wordOf(vocabulary, random)
    text += isFirst ? word.charAt(0).toUpperCase() + word.slice(1) : word
    left--
    if (left === 0 || i === words - 1) text += stop
    else text += random() < 0.1 ? comma : space
  }
  return text.trimEnd()
}

/** Words of the first tenth make up a third of the text. */
function wordOf(vocabulary: readonly string[], random: () => number): string {
  return vocabulary[Math.floor(random() ** 2 * vocabulary.length)] ?? ''
}

/** Most numbers of prose are short; some are years, some have a point or a sign. */
function numberOf(random: () => number): string {
  const kind = random()
  if (kind < 0.6) return String(1 + Math.floor(random() * 99))
  if (kind < 0.8) return String(1950 + Math.floor(random() * 80))
  if (kind < 0.9) return `${Math.floor(random() * 100)}%`
  return (random() * 1_000).toFixed(2)
}
