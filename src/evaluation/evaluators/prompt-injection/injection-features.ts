import type { FeatureBlock } from '../../models/linear-model.ts'
import { CuedPattern } from '../../text/cued-pattern.ts'
import { featuresOfWords } from '../../text/features.ts'
import { wordsOf } from '../../text/words.ts'
import type { WordWindow } from '../../text/windows.ts'

/** An injection is short; a large window would drown it. */
export const INJECTION_WINDOW = 100

export const INJECTION_DENSE = ['override', 'reveal', 'role marks', 'addressed to a model', 'exfiltration'] as const

/** What injections say that hardly anybody else says. Also read alone, where a model has too little to go by. */
export const INJECTION_SIGNS: readonly CuedPattern[] = [
  new CuedPattern(
    [
      'ignore',
      'disregard',
      'forget',
      'override',
      'discard',
      'do not follow',
      'do not obey',
      'pay no attention',
      'stop following',
      'skip',
      '忽略',
      '无视',
      '忘记',
      '忘掉',
      '不要',
      'previous instructions',
      'prior instructions',
      'above instructions',
      'earlier instructions',
    ],
    /\b(?:ignore|disregard|forget|override|discard|do not (?:follow|obey)|pay no attention to|stop following|skip) (?:all |any |every(?:thing)? |the |of |your |my |these |those |previous |prior |above |earlier |initial |original |following |and )*(?:instructions?|prompts?|rules?|directives?|guidelines?|commands?|system prompt|context|(?:you (?:were|have been|got)|i) (?:told|said|given)|(?:said|told|written|stated) (?:above|before))|(?:忽略|无视|忘记|忘掉|不要(?:理会|遵守|执行))[^。！？\n]{0,12}(?:指令|提示词?|规则|设定|命令|限制|要求|准则|内容)|(?:previous|prior|above|earlier) instructions/i,
  ),
  new CuedPattern(
    [
      'prompt',
      'instruction',
      'message',
      'rules',
      'guidelines',
      'configuration',
      'text above',
      'words above',
      'everything above',
      '系统提示',
      '初始',
      '隐藏',
      '上面的',
    ],
    /\b(?:reveal|print|show|repeat|output|display|tell me|write (?:down|out)|give me|leak|share|dump|summari[sz]e|translate|encode|what (?:is|are|was|were))\b[^.!?\n]{0,40}\b(?:(?:your|the) (?:system|initial|hidden|original|secret|developer|internal|confidential|full|entire) ?(?:prompt|instructions?|messages?|rules|guidelines)|your (?:prompt|instructions|configuration|rules)|(?:text|words|everything|instructions) above)|(?:输出|打印|显示|复述|重复|告诉我|透露|泄露|翻译)[^。！？\n]{0,14}(?:系统提示词?|初始(?:指令|设定)|隐藏(?:的)?(?:规则|指令|设定)|上面的(?:指令|提示))|系统提示词?是什么/i,
  ),
  new CuedPattern(
    [
      'system',
      'instruction',
      'im_start',
      'im_end',
      '<|user',
      '<|assistant',
      'endoftext',
      '[inst]',
      '[/inst]',
      '<<sys',
      '<</sys',
      'admin>',
      'new task',
      'new prompt',
      '任务',
      '指令',
      '【系统】',
    ],
    /<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|instructions?|admin)>|^#{2,4} ?(?:system|instructions?)\b|\bnew (?:system )?(?:instructions?|task|prompt) ?[:：]|【系统】|新的?(?:任务|指令)[:：]/im,
  ),
  new CuedPattern(
    [
      ' ai',
      ' llm',
      'language model',
      'assistant',
      'chatbot',
      'copilot',
      'chatgpt',
      'reading this',
      'processing this',
      'summarising this',
      'summarizing this',
      '如果你是',
    ],
    /\b(?:if you are|dear|hey|hello|note to|attention|as) (?:an? )?(?:ai|llm|language model|assistant|chatbot|copilot|chatgpt)\b|\b(?:ai|llm|assistant|model)s? (?:reading|processing|summari[sz]ing) this|如果你是[^。，\n]{0,8}(?:AI|模型|助手)/i,
  ),
  new CuedPattern(
    ['](http', 'conversation', 'chat history', 'password', 'credentials', 'api key', 'email', 'data'],
    /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{1,200}[?&][^)\s]{1,200}=|\b(?:send|post|forward|append|exfiltrate|upload)\b[^.!?\n]{0,60}\b(?:conversation|chat history|password|credentials|api key|email|data)\b[^.!?\n]{0,40}\b(?:to|url|https?)/i,
  ),
]

/** What the injection model reads of a window of a text. */
export function injectionFeatures(
  text: string,
  window: WordWindow,
): { readonly blocks: readonly FeatureBlock[]; readonly dense: readonly number[] } {
  const words = wordsOf(text)
  const from = Math.max(0, (words.starts[window.from] ?? 0) - 20)
  const part = text.slice(from, (words.ends[window.to - 1] ?? text.length) + 20)
  return {
    blocks: [featuresOfWords(text, words, window.from, window.to)],
    dense: INJECTION_SIGNS.map((sign) => Number(sign.test(text, part))),
  }
}
