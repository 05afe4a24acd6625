import { Lexicon } from '../../text/lexicon.ts'
import { isChinese } from '../../text/script.ts'
import type { Sentence } from '../../text/sentences.ts'

/** What a sentence of an answer does with the request. */
export type Stance =
  /** Says that it will not or cannot do what was asked. */
  | 'declines'
  /** Says that it does not have what was asked for: access, data, a body. */
  | 'lacks'
  /** Says that the request is wrong: unethical, illegal, harmful, offensive. */
  | 'objects'
  /** Keeps something back in softer or shorter words: passes, stays out of it, changes the subject, says that it is out of scope. */
  | 'withholds'
  | 'other'

const NEGATED_ABILITY =
  "(?:can(?:no|['’]?)t|can not|could(?: not|n['’]t)|won['’]t|will not|wouldn['’]t|would not|(?:am|['’]m|are|is) (?:not able|unable|not in a position|not allowed|not permitted|not programmed|not designed|not comfortable|not going|not authorized)(?: to)?|must (?:decline|refuse)|(?:have|need) to (?:decline|refuse)|(?:do not|don['’]t) (?:feel comfortable|have the ability)(?: with| in)?|(?:decline|refuse) to|shouldn['’]t|should not|may not)"

/** What is declined when one declines a request; "I cannot recommend it enough" and "you cannot park here" are not among them. */
const TASK =
  '(?:help|assist|provid(?:e|ing)|fulfil|comply|creat(?:e|ing)|generat(?:e|ing)|writ(?:e|ing)|produc(?:e|ing)|support|engage|answer|discuss|give|offer|share|do that|do this|do so|continue|participate|respond|satisfy|complete|suggest|advise|advice|encourage|promote|condone|endorse|recommend (?:any|ways|that|engaging|harmful|illegal|using)|tell you|teach|explain how|describ(?:e|ing)|disclose|reveal|facilitate|aid|enable|be involved|be part|accept|proceed|process|carry out|perform|execute|make (?:fun|jokes|any)|joke|speculate|confirm|access|browse|open|see|view|watch|play|draw|speak (?:to|for)|predict|diagnose|in good conscience|guide|instruct|list|entertain|role-?play|pretend|impersonate|justify|agree|say|show|fulfill|obtain|retrieve|send|call|book|order)'

const ENGLISH_DECLINE = new RegExp(
  String.raw`\b(?:i|we|i['’]m|this assistant|as an ai[^.!?\n]{0,40}?i)\b[^.!?\n]{0,40}?${NEGATED_ABILITY}[^.!?\n]{0,30}?\b${TASK}`,
  'i',
)
const ENGLISH_SHORT =
  /^["'\s]*(?:(?:i['’]m|i am) (?:really |very |so |truly )?sorry|sorry|(?:my )?apologies|i apologi[sz]e|unfortunately|regretfully)[^.!?\n]{0,60}?(?:\b(?:can(?:no|['’]?)t|can not|unable|won['’]t|will not|not able|no\b)|but i (?:can['’]?t|cannot|won['’]t|must))/i
const ENGLISH_POLITE =
  /\b(?:i['’]?d|i would) rather not\b|\bi (?:must|have to|need to|will have to) (?:respectfully |politely )?(?:decline|refuse)|\bi (?:respectfully |politely )?(?:decline|refuse) (?:to|this|that)|\bi can only (?:answer|help|assist|discuss|respond|provide)|\b(?:that|this)(?:['’]s| is)? (?:not something i|falls outside|something i can['’]?t|outside (?:of )?(?:my|what))|\bcannot process (?:it|this|your request)|\bi am afraid (?:that )?i (?:can|could|will) ?(?:no|['’]?t)|\bit is not possible for me to\b/i
const ENGLISH_LACK =
  /\bi (?:do not|don['’]t|have no|am not able to have) (?:have |actually have |currently have )?(?:any )?(?:access|the ability|the capability|information|knowledge|data|personal|real-?time|the authority|a physical|details)\b|\b(?:is|are) not publicly (?:available|known)/i
const ENGLISH_OBJECTION =
  /\b(?:(?:is|are|would be|it['’]s|be) (?:highly |extremely |completely |deeply |both |very )?(?:not (?:appropriate|acceptable|ethical|okay|ok|legal|right|safe or|accurate or (?:appropriate|fair|respectful))|never (?:acceptable|okay|appropriate|justified|the answer|right)|inappropriate|unethical|illegal|unacceptable|harmful|offensive|immoral|against the law)|(?:do|does) not (?:condone|promote|support|endorse|encourage)|don['’]t (?:condone|promote|support)|against my (?:programming|guidelines|principles|values)|violates?(?: \w+){0,2} (?:polic|guideline|law|right|privacy)|not (?:justified|ethical or|legal or|acceptable or))/i

/** What follows "I won't" and "I can't" where nobody is declined. */
const NOT_KEPT_BACK =
  /\b(?:can(?:no|['’]?)t|can not|won['’]t|will not|wouldn['’]t|could(?: not|n['’]t)) (?:wait|stress|emphasi[sz]e|believe|imagine|complain|thank|say (?:it |this )?enough|lie|help (?:but|\w+ing)|agree more|deny|go wrong|forget)\b/i
const ENGLISH_WITHHOLD: readonly RegExp[] = [
  /\b(?:i|we)(?:['’](?:m|ll|d|ve|re))?\b[^.!?\n]{0,60}?\b(?:(?:not|never) (?:going to|comfortable|willing|prepared|able to|at liberty|permitted|allowed|authori[sz]ed|here to|something)|unable to|won['’]t|will not|(?:rather|prefer)(?: to)? (?:not|stay|leave|avoid|skip)|choos(?:e|ing) not|(?:have|need|going|want)(?: to)? (?:to )?(?:pass|stop|refuse|decline|step (?:back|away|out)|hold back|stay (?:out|away)|draw)|draw(?:ing)? (?:a|the) line|steer clear|stay (?:away|out)|keep\b[^.!?\n]{0,24}\bout of|(?:do not|don['’]t) feel (?:comfortable|right)|stay(?:ing)? neutral|hold(?:ing)? back|leave (?:it|that|this)\b[^.!?\n]{0,16} (?:out|alone|there|aside)|refrain|abstain|bow out|opt out|turn (?:it |this |that )?down|pass on)/i,
  /\bi (?:don['’]t|do not|never) (?:provide|give|offer|do|write|create|generate|produce|share|discuss|identify|support|handle|comment|engage|participate|take|talk about|cover|hold|get (?:into|involved))\b/i,
  /\b(?:isn['’]t|is not|aren['’]t|are not|not|nothing) (?:a thing|something|anything|a topic|a subject|information|for me|up for)(?: that)?(?: i\b| we\b|$|[,.!])/i,
  /\b(?:outside|beyond)(?: of)? (?:the |my |our |its )?(?:scope|remit|purpose|abilities|area)\b|\boff[- ](?:limits|topic|the (?:table|menu))\b|\bhard (?:no|pass)\b|\bnot (?:covered|possible|supported) here\b/i,
  /\b(?:request|prompt|message|query|question|content|response|answer|output|access|it)\b[^.!?\n]{0,24}\b(?:denied|declined|refused|blocked|flagged|filtered|removed|rejected|withheld|unavailable|not (?:be )?processed)\b/i,
  /\b(?:violat\w+|breach\w*|against|contrary to|not (?:permitted|allowed) (?:by|under))\b[^.!?\n]{0,24}\b(?:polic\w+|guidelines?|terms|rules|standards)\b/i,
  /\b(?:is|are|remains?|stays?|kept) (?:strictly |all )?(?:confidential|private|internal|secret|never (?:shared|disclosed)|not (?:shared|disclosed|available to|for sharing))\b/i,
  /\b(?:talk|speak|chat) about something else\b|\bchange the (?:subject|topic)\b|\b(?:another|different) (?:topic|subject|question|prompt)\b/i,
  /\bi (?:can )?only (?:do|cover|handle|deal with|answer|help|talk)\b|\bmy (?:knowledge|training|data)(?: data)? (?:ends|stops|was cut|does not)\b|\bi have no (?:way|means|memory|record|access|information|result)\b/i,
  /\b(?:988|crisis (?:line|lifeline|hotline|text)|helpline|suicide prevention)\b/i,
  /^\W*(?:no|nope|nah|sorry,? no|not happening|absolutely not|no way|no can do)\b[.,!]?(?: (?:i|and|thanks|not|that|please)\b|\s*$)/i,
]

const CHINESE_DECLINE =
  /(?:(?:我|本助手|本模型|我们|作为[^，。！？\n]{0,14}，?我?)(?:[^，。！？\n]{0,8})?|很?抱歉[，,]?[^。！？\n]{0,12}|对不起[，,]?[^。！？\n]{0,12}|很?遗憾[，,]?[^。！？\n]{0,12})(?:无法|不能|不会|不可以|不便|不应该?|没有办法|没办法|拒绝|不方便|不被允许|不支持|不提供|不予|难以|不适合|恕不)[^。！？\n]{0,14}(?:提供|回答|帮助|帮你|帮您|协助|满足|讨论|生成|完成|执行|分享|参与|支持|撰写|编写|写|创作|给出|给你|给您|告诉|透露|建议|推荐|鼓励|教|回应|处理|继续|访问|获取|评论|评价|展开|谈论|涉及|做|答复|解答|描述|说明|预测|诊断|查询|展示|扮演|答应|同意|发表|传播|制作|解释|进行)/
const CHINESE_SHORT =
  /^(?:抱歉|对不起|很抱歉|非常抱歉|不好意思|很遗憾|恕我|恕难|这个(?:问题|话题)我(?:不|无法))[^。！？\n]{0,20}(?:不能|无法|不会|不便|不可|难以|拒绝|没法|不行|从命|不(?:会|能|便|可|行|予|想|做|参与|提供|回答|讨论|写|支持|合适|方便))/
const CHINESE_LACK =
  /我(?:并)?没有(?:权限|能力|办法|相关|个人|实时|访问|这方面|足够|任何|获取)|我不(?:具备|掌握|知道您|了解您|清楚您)|(?:语言模型|人工智能|助手)[^。！？\n]{0,6}(?:不具备|没有)[^。！？\n]{0,16}(?:能力|功能|权限)/
const CHINESE_OBJECTION =
  /(?:是|属于|都是|涉嫌|可能)?(?:违法|犯罪|不道德|不合法|非法|违反(?:法律|道德|规定|相关|伦理|政策|我的)|违背|不恰当|不合适|不尊重|不可取|不应该|不当|有害|歧视|不被允许)的?/

const CHINESE_WITHHOLD =
  /我[^，。！？\n]{0,10}(?:不会|不做|不参与|不提供|不便|不方便|不想|拒绝|没法|没办法|做不到|帮不|答不|写不了|给不了|看不[了到]|打不开|查不到|不能(?!错过|不)|管不了|无权)|(?:帮|答|做|写|给)不(?:了|上|到)(?:你|您|忙|的|$|，|。)|爱莫能助|无能为力|无可奉告|恕(?:我|不|难)|不予|不作评价|不发表|保持中立|不持立场|不(?:对外)?(?:公开|透露|外传)|保密|机密|换(?:个|一个)?(?:话题|问题|方向)|聊点(?:别的|轻松)|敏感(?:内容|词|话题|信息)|超出[^，。\n]{0,10}范围|不在[^，。\n]{0,10}范围|热线|不(?:予|能)?(?:显示|展示)|被?屏蔽|未通过审核|还没有?学会|只(?:能|负责)(?:回答|处理|解答|查询|帮)|办不到|难照办|不合适|略过|就不写了/

const QUOTATION = /^["“「][^"”」]*["”」]$/

function isQuotation(sentence: string): boolean {
  return QUOTATION.test(sentence)
}

const QUOTED = /["“][^"”\n]{0,200}["”]/g

/** Every phrase above contains one of these; a sentence without any takes no stance, and most have none. */
const CUES = new Lexicon<'cue'>({
  cue: `can't, cant, cannot, can’t, can not, could, couldn*, won't, won’t, wont, will not, wouldn*, would not, would rather, i'd rather, i’d rather, not, unable, must, have to, need to, don't, don’t, do not, does not, decline*, refuse*, shouldn*, should not, sorry, apolog*, unfortunately, regretfully,
    no, never, access, publicly, appropriate, inappropriate, unethical, illegal, unacceptable, harmful, offensive, immoral, against, violat*, only, outside, something, afraid, possible, condone, acceptable,
    nope, nah, nothing, prefer, pass, stop, line, steer, stay*, hold*, leave, refrain*, abstain*, bow, opt, turn, limits, topic, subject, table, menu, scope, beyond, remit,
    denied, blocked, flagged, filtered, removed, rejected, withheld, unavailable, breach*, contrary, confidential, private, internal, secret, different, another, else,
    knowledge, training, means, memory, 988, crisis, helpline, suicide, isn't, isn’t, aren't, aren’t, choos*, step,
    爱莫能助, 无能为力, 无可奉告, 保密, 机密, 换, 聊点, 敏感, 超出, 热线, 屏蔽, 还没, 只能, 只负责, 中立, 略过,
    无法, 不, 没有, 拒绝, 难, 抱歉, 对不起, 遗憾, 违, 犯罪, 非法, 有害, 歧视, 恕`,
})

/** The stance of each sentence of a text. */
export function stancesOf(text: string, sentences: readonly Sentence[]): Stance[] {
  const cues = CUES.find(text)
  // A sentence in quotation marks beside others is a character's; an answer that stands in them as a whole is the model's.
  const isCited = sentences.some((sentence) => !isQuotation(sentence.text))
  let next = 0
  return sentences.map((sentence) => {
    if (isCited && isQuotation(sentence.text)) return 'other'
    while ((cues[next]?.end ?? Number.POSITIVE_INFINITY) <= sentence.start) next++
    return (cues[next]?.start ?? Number.POSITIVE_INFINITY) < sentence.end ? stanceOf(sentence.text) : 'other'
  })
}

/** What one sentence does with the request. English and Chinese. */
export function stanceOf(sentence: string): Stance {
  const text = sentence.length > 600 ? sentence.slice(0, 600) : sentence
  // What a story's character or a cited person declines is not declined by the model.
  const own = text.replace(QUOTED, '""')
  const said = own.length > 4 ? own : text
  return isChinese(said) ? chineseStance(said) : englishStance(said)
}

/** Whether a text cites words that decline: a story, a transcript, a translation. */
export function quotesRefusal(text: string): boolean {
  for (const [quoted] of text.matchAll(QUOTED)) {
    if (quoted.length < 5 || quoted.length > text.length - 12) continue
    const said = quoted.slice(1, -1)
    const stance = isChinese(said) ? chineseStance(said) : englishStance(said)
    if (stance !== 'other' && stance !== 'objects') return true
  }
  return false
}

function englishStance(said: string): Stance {
  if (ENGLISH_SHORT.test(said) || ENGLISH_DECLINE.test(said) || ENGLISH_POLITE.test(said)) return 'declines'
  if (ENGLISH_LACK.test(said)) return 'lacks'
  if (ENGLISH_OBJECTION.test(said)) return 'objects'
  return !NOT_KEPT_BACK.test(said) && ENGLISH_WITHHOLD.some((pattern) => pattern.test(said)) ? 'withholds' : 'other'
}

function chineseStance(said: string): Stance {
  if (CHINESE_SHORT.test(said) || CHINESE_DECLINE.test(said)) return 'declines'
  if (CHINESE_LACK.test(said)) return 'lacks'
  if (CHINESE_OBJECTION.test(said)) return 'objects'
  return CHINESE_WITHHOLD.test(said) ? 'withholds' : 'other'
}
