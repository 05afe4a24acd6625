import { firstNumber, firstOf, firstText, isRecord, listOf, recordOf, type JsonRecord } from '../../json-value.ts'

/** Where the older formats put their generated texts. */
const LISTS = ['results', 'outputs', 'completions', 'generations'] as const

const TEXT_FIELDS = ['outputText', 'generation', 'generated_text', 'completion', 'text'] as const

/**
 * Answers that are one text, as Titan, Llama, Mistral and AI21 write them on Bedrock, watsonx, Aleph Alpha and text-generation-inference:
 * the same few facts under other names. In OpenAI's words; undefined when there is no text.
 */
export function readTextAnswer(body: JsonRecord): JsonRecord | undefined {
  const texts = LISTS.flatMap((name) => listOf(body[name])).filter(isRecord)
  const choices = (texts.length === 0 ? [body] : texts).flatMap(choiceOf)
  if (choices.length === 0) return undefined
  return {
    id: firstOf(body, 'id', 'request_id'),
    model: firstOf(body, 'model', 'model_id', 'model_version'),
    choices,
    ...usageOf(body, texts[0] ?? {}),
  }
}

/** The pieces of a streamed text as one answer. Counts and reasons come with the last pieces. */
export function joinTextAnswers(events: readonly JsonRecord[]): JsonRecord {
  const answers = events.map(readTextAnswer).filter((answer) => answer !== undefined)
  const [choice] = listOf(answers.at(-1)?.['choices'])
  const usages = answers.map((answer) => recordOf(answer['usage']) ?? {})
  const usage = Object.assign({}, ...usages) as JsonRecord
  return {
    ...answers[0],
    choices: [{ ...recordOf(choice), text: answers.map(textOfAnswer).join('') }],
    ...(Object.keys(usage).length > 0 && { usage }),
  }
}

export function textOfAnswer(answer: JsonRecord): string {
  const [choice] = listOf(answer['choices'])
  return isRecord(choice) ? firstText(choice, 'text') : ''
}

function choiceOf(item: JsonRecord): JsonRecord[] {
  // AI21 keeps the text with its tokens.
  const holder = recordOf(item['data']) ?? item
  const text = firstOf(holder, ...TEXT_FIELDS)
  if (typeof text !== 'string') return []
  const reason = firstOf(item, 'completionReason', 'stop_reason', 'finish_reason', 'finishReason')
  const details = recordOf(item['details'])
  return [{ text, finish_reason: recordOf(reason)?.['reason'] ?? reason ?? details?.['finish_reason'] }]
}

function usageOf(body: JsonRecord, item: JsonRecord): JsonRecord {
  const counts = { ...body, ...recordOf(body['details']), ...item, ...recordOf(item['details']) }
  const input =
    firstNumber(counts, 'inputTextTokenCount', 'prompt_token_count', 'input_token_count', 'num_tokens_prompt_total') ??
    lengthOf(counts['prefill']) ??
    lengthOf(recordOf(body['prompt'])?.['tokens'])
  const output =
    firstNumber(counts, 'totalOutputTextTokenCount', 'tokenCount', 'generation_token_count') ??
    firstNumber(counts, 'generated_token_count', 'generated_tokens', 'num_tokens_generated') ??
    lengthOf(recordOf(item['data'])?.['tokens'])
  if (input === undefined && output === undefined) return {}
  return {
    usage: {
      ...(input !== undefined && { prompt_tokens: input }),
      ...(output !== undefined && { completion_tokens: output }),
    },
  }
}

/** Some say the tokens and not their number. */
function lengthOf(tokens: unknown): number | undefined {
  const list = listOf(tokens)
  return list.length === 0 ? undefined : list.length
}
