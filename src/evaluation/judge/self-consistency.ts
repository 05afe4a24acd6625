import type { Score } from '../../model/evaluation.ts'
import { groundedness } from '../evaluators/groundedness.ts'
import type { ChatMessage } from './chat-endpoint.ts'
import type { JudgeConfig } from './config.ts'
import { type JudgeInput, textOfField } from './criterion.ts'
import type { Failure, Judge } from './judge.ts'

export const SELF_CONSISTENCY = 'self-consistency'

export type SelfConsistencyConfig = NonNullable<JudgeConfig['self_consistency']>

/**
 * Asks the same again, some times, and says how far the claims of the answer stand in the other answers too: what a model knows it repeats,
 * what it makes up comes out differently (Manakul et al., SelfCheckGPT, 2023). Undefined where there is no prompt or no claim to compare.
 */
export async function selfConsistency(
  judge: Pick<Judge, 'complete'>,
  config: SelfConsistencyConfig,
  input: JudgeInput,
): Promise<Score | Failure | undefined> {
  if (input.prompt.trim() === '' || input.response.trim() === '') return undefined
  const chat = { messages: messagesOf(input), model: config.model || input.model, temperature: config.temperature }
  const answers = await Promise.all(Array.from({ length: config.samples }, () => judge.complete(chat)))
  const texts: string[] = []
  for (const answer of answers) {
    if (answer.kind === 'failed') return answer
    texts.push(answer.value)
  }
  return agreementWith(input, texts, config.threshold)
}

function agreementWith(input: JudgeInput, samples: readonly string[], threshold: number): Score | undefined {
  const scores = samples.flatMap((sample) => groundedness.evaluate({ ...input, context: [sample] })?.score ?? [])
  if (scores.length === 0) return undefined
  const score = scores.reduce((sum, one) => sum + one, 0) / scores.length
  const shares = scores.map((one) => one.toFixed(2)).join(', ')
  const explanation = `asked again ${samples.length} times, the other answers support this one by ${shares}`
  return { score, verdict: score < threshold ? 'flagged' : 'ok', explanation }
}

/** The request as far as it is known: of a conversation its last turn. */
function messagesOf(input: JudgeInput): ChatMessage[] {
  const context = textOfField(input, 'context')
  const content = context === '' ? input.prompt : `${context}\n\n${input.prompt}`
  return [
    ...(input.system === '' ? [] : [{ role: 'system' as const, content: input.system }]),
    { role: 'user', content },
  ]
}
