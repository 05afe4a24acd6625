import { pick } from '../../util/random.ts'

export interface Conversation {
  readonly prompt: string
  readonly answer: string
}

const TOPICS_EN = [
  'rotate the API keys of a staging cluster',
  'compare two indexing strategies for a vector database',
  'plan a migration from a monolith to services',
  'write a polite reminder about an unpaid invoice',
  'explain backpressure in streaming systems',
  'choose a retention policy for audit logs',
  'debug a memory leak in a Node.js worker',
  'summarise the release notes of the last quarter',
]

const TOPICS_ZH = [
  '优化数据库慢查询',
  '撰写一封客户道歉邮件',
  '解释大模型的推理过程',
  '制定一份值班交接流程',
  '比较两种缓存淘汰策略',
  '总结上周的用户反馈',
]

const SENTENCES_EN = [
  'Start with the smallest change that can be observed, and measure it before you go on.',
  'List who depends on the old behaviour, because the surprise is always in a caller nobody remembered.',
  'A dry run against a copy of the data shows the slow step within minutes.',
  'Write down the signal that tells you to stop, and let the person on call know where to find it.',
  'Most of the cost hides in the tail, so look at the ninety-fifth percentile and not at the mean.',
  'Keep the rollback in the same pull request; it is read more carefully there.',
  'When two options look alike, prefer the one that fails loudly.',
  'The second week is the time to remove the old path, while everybody still knows why it existed.',
]

const SENTENCES_ZH = [
  '先做一个最小且可观测的改动，测量之后再继续。',
  '列出依赖旧行为的调用方，意外往往来自没人记得的那一个。',
  '用一份数据副本演练，几分钟内就能看到最慢的一步。',
  '把停止的信号写下来，并告诉值班同事在哪里查看。',
  '成本多半藏在尾部，请看第九十五百分位而不是平均值。',
  '如果两个方案差不多，选择出错时更显眼的那个。',
]

const BAD_ANSWERS = [
  "I'm sorry, but I can't help with that request.",
  '抱歉，我无法协助处理这个请求。',
  `${'The service is healthy and the service is healthy and '.repeat(14)}the service is healthy.`,
  'Sure. The account belongs to Jane Miller, jane.miller@example.com, phone +1 415 555 0132, card 4111 1111 1111 1111.',
  '客户张伟的手机号是 13800138000，身份证号是 11010519491231002X，请及时联系。',
]

export interface ConversationOptions {
  readonly random: () => number
  /** Rough length of the prompt in tokens. */
  readonly promptTokens: number
  readonly answerTokens: number
  readonly badAnswerShare: number
}

/** A prompt and its answer, of about the lengths asked for; one in four is Chinese. */
export function makeConversation({
  random,
  promptTokens,
  answerTokens,
  badAnswerShare,
}: ConversationOptions): Conversation {
  const chinese = random() < 0.25
  const sentences = chinese ? SENTENCES_ZH : SENTENCES_EN
  const question = chinese ? `请帮我${pick(random, TOPICS_ZH)}。` : `Please help me ${pick(random, TOPICS_EN)}. `
  const prompt = question + filler(random, sentences, promptTokens - 12)
  return {
    prompt,
    answer: random() < badAnswerShare ? pick(random, BAD_ANSWERS) : filler(random, sentences, answerTokens),
  }
}

/** Sentences up to a length; about four characters of English or one and a half of Chinese are a token. */
function filler(random: () => number, sentences: readonly string[], tokens: number): string {
  const separator = sentences === SENTENCES_ZH ? '' : ' '
  const charactersPerToken = separator === '' ? 1.5 : 4
  let text = ''
  while (text.length < tokens * charactersPerToken) text += (text === '' ? '' : separator) + pick(random, sentences)
  return text === '' ? pick(random, sentences) : text
}
