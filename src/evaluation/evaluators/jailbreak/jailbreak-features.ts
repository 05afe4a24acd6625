import type { FeatureBlock } from '../../models/linear-model.ts'
import { harmfulness } from '../../models/harmfulness.ts'
import { CuedPattern } from '../../text/cued-pattern.ts'
import { featuresOfWords } from '../../text/features.ts'
import { wordsOf } from '../../text/words.ts'
import type { WordWindow } from '../../text/windows.ts'
import { JAILBREAK_CUES, jailbreakCues } from './jailbreak-cues.ts'

/** Words of a window that is judged at once. A prompt longer than half as much again is judged piece by piece. */
export const JAILBREAK_WINDOW = 240

export const JAILBREAK_DENSE: readonly string[] = [
  'unrestricted persona',
  'no refusal',
  'forced opening',
  'double answer',
  'fiction',
  'mode',
  'harmful matter',
  ...JAILBREAK_CUES,
]

const SIGNS: readonly CuedPattern[] = [
  new CuedPattern(
    [
      'restrict',
      'limit',
      'filter',
      'guideline',
      'polic',
      'rules',
      'ethic',
      'moral',
      'censor',
      'constraint',
      'boundaries',
      'confines',
      'do anything now',
      '不受',
      '没有',
      '无视',
    ],
    /\b(?:no|without|free (?:of|from)|bypass\w*|ignor\w+|remov\w+|not bound by|freed from|broken free|disregard\w*|zero) (?:any |all |the |of |typical |ethical |moral |content |safety |its |your |openai(?:['’]s)? )*(?:restrictions?|limit(?:ation|)s?|filters?|guidelines?|polic(?:y|ies)|rules|ethics|morals?|censorship|constraints|boundaries|confines)|\b(?:unfiltered|uncensored|amoral|unrestricted|do anything now)\b|不受[^。，]{0,8}(?:限制|约束|束缚)|没有(?:任何)?(?:限制|道德|底线|约束)|无视[^。，]{0,8}(?:规则|政策|道德|法律)/i,
  ),
  new CuedPattern(
    [
      'refuse',
      'decline',
      'apolog',
      'say ',
      'reject',
      'warn',
      'disclaimer',
      'sorry',
      'i cannot',
      "i can't",
      'i can’t',
      '拒绝',
      '抱歉',
      '道歉',
      '警告',
      '有问必答',
    ],
    /\b(?:never|not|don['’]?t|cannot|can['’]?t|no) (?:ever )?(?:refuse|decline|apologi[sz]e|say (?:that )?(?:you|it|i) (?:can|am|cannot)|reject|warn|include (?:any )?(?:disclaimers?|warnings?))|\bno (?:warnings?|disclaimers?|apologies)\b|["“']I(?:['’]m sorry| cannot| can['’]t)|(?:不要|不准|不许|不能|从不)(?:拒绝|说抱歉|道歉|给出警告)|有问必答/i,
  ),
  new CuedPattern(
    ['response', 'answer', 'reply', 'message', 'output', ' here', '当然', '好的'],
    /\b(?:start|begin|open)(?:s|ing)? (?:your |the |each |every |all )?(?:of )?(?:your )?(?:response|answer|reply|message|output)s? (?:with|by|using)|\b(?:sure|absolutely|of course),? here(?:['’]s| is| are)|以[“"]?(?:当然|好的)/i,
  ),
  new CuedPattern(
    [
      'ways',
      'responses',
      'answers',
      'paragraphs',
      'versions',
      '[gpt',
      '[dan',
      '[classic',
      '[jailbreak',
      '🔓',
      '🔒',
      'as chatgpt',
      'as gpt',
    ],
    /\b(?:two|both|2) (?:different )?(?:ways|responses|answers|paragraphs|versions)\b|\[(?:🔓|🔒)?(?:GPT|DAN|CLASSIC|JAILBREAK\w*)|as (?:chatgpt|gpt) (?:and|then)/i,
  ),
  new CuedPattern(
    [
      'fiction',
      'novel',
      'screenplay',
      'hypothetical',
      'story',
      'roleplay',
      'role-play',
      'character',
      'in a world where',
      'imagine',
      'pretend',
      'simulat',
      '小说',
      '剧本',
      '虚构',
      '假装',
      '假设',
      '扮演',
    ],
    /\b(?:fiction(?:al)?|novel|screenplay|hypothetical(?:ly)?|story|roleplay|role-play|character|in a world where|imagine|pretend|simulat\w+)\b|小说|剧本|虚构|假装|假设|扮演/i,
  ),
  new CuedPattern(
    [' mode', '越狱', '模式'],
    /\b(?:developer|debug|god|sudo|admin|maintenance|jailbreak|dan|evil|chaos|opposite) mode\b|越狱|(?:开发者|调试|上帝|无限制)模式/i,
  ),
]

/** What the jailbreak model reads of a window of a prompt. `text` is the prompt, whose words the window counts. */
export function jailbreakFeatures(
  text: string,
  window: WordWindow,
): { readonly blocks: readonly FeatureBlock[]; readonly dense: readonly number[] } {
  const words = wordsOf(text)
  const from = words.starts[window.from] ?? 0
  const to = words.ends[window.to - 1] ?? text.length
  const part = text.slice(from, to)
  const block = featuresOfWords(text, words, window.from, window.to)
  const signs = SIGNS.map((sign) => Number(sign.test(text, part)))
  return { blocks: [block], dense: [...signs, harmfulness(block), ...jailbreakCues(text, from, to)] }
}
