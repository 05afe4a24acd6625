import type { FeatureBlock } from '../../models/linear-model.ts'
import { featuresOfWords } from '../../text/features.ts'
import { stemsOf } from '../../text/stems.ts'
import { isStopword } from '../../text/stopwords.ts'
import { wordsOf } from '../../text/words.ts'

export const INSTRUCTION_DENSE = [
  'imperative',
  'question',
  'addresses the reader',
  'length',
  'foreign',
  'cells',
] as const

const IMPERATIVE =
  /^["'\-•*\d.) ]*(?:please |kindly |now |then |also |just |do not |don['’]t |never |always )*(?:explain|describe|write|draft|compose|create|generate|provide|give|tell|list|translate|summari[sz]e|analy[sz]e|identify|calculate|compute|design|develop|produce|suggest|recommend|compare|convert|encode|decode|replace|rewrite|reverse|respond|answer|reply|print|output|include|add|insert|append|integrate|incorporate|merge|use|share|promote|advertise|mention|state|claim|show|find|search|schedule|send|prepare|make|modify|change|remove|delete|break down|how|what|who|which|why|when|where|can you|could you|would you|ensure|consider|begin|start|stop|ignore|forget|pretend|act|let|insist|convince|persuade|encourage)\b|^(?:请|把|将|帮我|翻译|解释|写|列出|总结|告诉|输出|忽略|生成|推荐)/i
const READER = /\b(?:you|your|me|us)\b|你|您|我/i

/** How often each word with content occurs in a document. */
export function contentCounts(document: string): ReadonlyMap<number, number> {
  const { words, hashes } = stemsOf(document)
  const counts = new Map<number, number>()
  for (let i = 0; i < words.count; i++) {
    const stem = hashes[i] ?? 0
    if (!isStopword(words.hashes[i] ?? 0)) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  return counts
}

/** What the model of embedded instructions reads of a sentence. `counts` are those of its document, the sentence included. */
export function instructionFeatures(
  sentence: string,
  counts: ReadonlyMap<number, number>,
): { readonly blocks: readonly FeatureBlock[]; readonly dense: readonly number[] } {
  const words = wordsOf(sentence)
  return {
    blocks: [featuresOfWords(sentence, words, 0, Math.min(words.count, 60))],
    dense: [
      IMPERATIVE.test(sentence) ? 1 : 0,
      /[?？]["'”)]*$/.test(sentence) ? 1 : 0,
      READER.test(sentence) ? 1 : 0,
      Math.min(1, words.count / 40),
      foreignness(sentence, counts),
      sentence.includes('|') ? 1 : 0,
    ],
  }
}

/** Share of the sentence's content words that its document has nowhere else: what is smuggled in speaks of other things. */
function foreignness(sentence: string, counts: ReadonlyMap<number, number>): number {
  const own = [...contentCounts(sentence)]
  if (own.length === 0) return 0
  return own.filter(([stem, count]) => (counts.get(stem) ?? 0) <= count).length / own.length
}
