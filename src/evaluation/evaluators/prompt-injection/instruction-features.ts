import type { FeatureBlock } from '../../models/linear-model.ts'
import { featuresOfWords } from '../../text/features.ts'
import { wordsOf } from '../../text/words.ts'

export const INSTRUCTION_DENSE = [
  'imperative',
  'question',
  'addresses the reader',
  'length',
  'first or last',
  'cells',
] as const

const IMPERATIVE =
  /^["'\-•*\d.) ]*(?:please |kindly |now |then |also |just |do not |don['’]t |never |always )*(?:explain|describe|write|draft|compose|create|generate|provide|give|tell|list|translate|summari[sz]e|analy[sz]e|identify|calculate|compute|design|develop|produce|suggest|recommend|compare|convert|encode|decode|replace|rewrite|reverse|respond|answer|reply|print|output|include|add|insert|append|integrate|incorporate|merge|use|share|promote|advertise|mention|state|claim|show|find|search|schedule|send|prepare|make|modify|change|remove|delete|break down|how|what|who|which|why|when|where|can you|could you|would you|ensure|consider|begin|start|stop|ignore|forget|pretend|act|let|insist|convince|persuade|encourage)\b|^(?:请|把|将|帮我|翻译|解释|写|列出|总结|告诉|输出|忽略|生成|推荐)/i
const READER = /\b(?:you|your|me|us)\b|你|您|我/i

/** What the model of embedded instructions reads of a sentence. `position`: 0 for the first of its document, 1 for the last. */
export function instructionFeatures(
  sentence: string,
  position: number,
): { readonly blocks: readonly FeatureBlock[]; readonly dense: readonly number[] } {
  const words = wordsOf(sentence)
  return {
    blocks: [featuresOfWords(sentence, words, 0, Math.min(words.count, 60))],
    dense: [
      IMPERATIVE.test(sentence) ? 1 : 0,
      /[?？]["'”)]*$/.test(sentence) ? 1 : 0,
      READER.test(sentence) ? 1 : 0,
      Math.min(1, words.count / 40),
      position === 0 || position === 1 ? 1 : 0,
      sentence.includes('|') ? 1 : 0,
    ],
  }
}
