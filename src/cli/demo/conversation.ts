import { pick } from '../../util/random.ts'

/** Words that are put together to sentences. Every slot has several, so that a long answer hardly says the same thing twice. */
interface Phrases {
  readonly topics: readonly string[]
  readonly openings: readonly string[]
  readonly subjects: readonly string[]
  readonly actions: readonly string[]
  readonly reasons: readonly string[]
  readonly join: (opening: string, subject: string, action: string, reason: string) => string
  readonly charactersPerToken: number
}

const ENGLISH: Phrases = {
  topics: [
    'Please help me rotate the API keys of a staging cluster.',
    'Compare two indexing strategies for a vector database.',
    'Plan a migration from a monolith to services.',
    'Write a polite reminder about an unpaid invoice.',
    'Explain backpressure in streaming systems.',
    'Which retention policy fits audit logs?',
    'How do I debug a memory leak in a Node.js worker?',
    'Summarise the release notes of the last quarter.',
  ],
  openings: [
    'First,',
    'After that,',
    'In most teams',
    'As a rule,',
    'Before the release',
    'On a quiet day',
    'When in doubt,',
    'Once a week',
  ],
  subjects: [
    'the owner of the service',
    'the person on call',
    'a second reviewer',
    'the platform team',
    'whoever wrote the query',
    'the newest colleague',
    'the product manager',
    'our largest customer',
  ],
  actions: [
    'should measure the slowest step',
    'writes down what would make them stop',
    'rehearses the change on a copy',
    'compares both variants on real traffic',
    'removes the path nobody uses',
    'reads the oldest open ticket',
    'checks the backups by restoring one',
    'asks which number would change their mind',
  ],
  reasons: [
    'because surprises hide in the tail',
    'so that a rollback takes minutes',
    'since averages flatter every system',
    'while the reasons are still remembered',
    'as the cost of waiting is small',
    'and tells the others where to look',
    'before anybody depends on it',
    'which keeps the next incident short',
  ],
  join: (opening, subject, action, reason) => `${opening} ${subject} ${action} ${reason}.`,
  charactersPerToken: 4,
}

const CHINESE: Phrases = {
  topics: [
    '请帮我优化一条数据库慢查询。',
    '请写一封给客户的道歉邮件。',
    '解释一下大模型的推理过程。',
    '帮我制定值班交接流程。',
    '比较两种缓存淘汰策略。',
    '总结上周的用户反馈。',
  ],
  openings: ['首先，', '然后，', '通常情况下，', '上线之前，', '遇到疑问时，', '每周一次，'],
  subjects: ['服务负责人', '值班同事', '另一位评审者', '平台团队', '写查询的人', '产品经理'],
  actions: [
    '应当测量最慢的一步',
    '写下会让自己停手的信号',
    '在数据副本上演练一遍',
    '用真实流量比较两种方案',
    '删除没人使用的旧路径',
    '恢复一次备份加以验证',
  ],
  reasons: [
    '因为意外总藏在尾部',
    '这样回滚只需几分钟',
    '因为平均值会掩盖问题',
    '趁大家还记得原因',
    '并告诉其他人去哪里查看',
    '以免有人已经依赖它',
  ],
  join: (opening, subject, action, reason) => `${opening}${subject}${action}，${reason}。`,
  charactersPerToken: 1.5,
}

const BAD_ANSWERS = [
  "I'm sorry, but I can't help with that request.",
  '抱歉，我无法协助处理这个请求。',
  `${'The service is healthy and the service is healthy and '.repeat(14)}the service is healthy.`,
  'Sure. The account belongs to Jane Miller, jane.miller@hollins-travel.com, phone +1 415 867 5309, card 4111 1111 1111 1111.',
  '客户张伟的手机号是 13800138000，身份证号是 11010519491231002X，请及时联系。',
]

/** A prompt of about so many tokens; one in four is Chinese. */
export function makePrompt(random: () => number, tokens: number): string {
  const phrases = random() < 0.25 ? CHINESE : ENGLISH
  return `${pick(random, phrases.topics)} ${write(random, phrases, tokens - 12)}`
}

export interface AnswerOptions {
  readonly random: () => number
  readonly prompt: string
  /** Rough length of the answer in tokens. */
  readonly tokens: number
  readonly badShare: number
}

/** An answer in the language of the prompt, or one that somebody should look at. */
export function makeAnswer({ random, prompt, tokens, badShare }: AnswerOptions): string {
  if (random() < badShare) return pick(random, BAD_ANSWERS)
  return write(random, /\p{Script=Han}/u.test(prompt) ? CHINESE : ENGLISH, tokens)
}

/** Sentences up to a length, at least one. */
function write(random: () => number, phrases: Phrases, tokens: number): string {
  const { openings, subjects, actions, reasons, join, charactersPerToken } = phrases
  const sentences: string[] = []
  let length = 0
  do {
    const sentence = join(pick(random, openings), pick(random, subjects), pick(random, actions), pick(random, reasons))
    sentences.push(sentence)
    length += sentence.length
  } while (length < tokens * charactersPerToken)
  return sentences.join(phrases === ENGLISH ? ' ' : '')
}
