import { NO_USAGE, type TokenUsage } from '../model/span.ts'
import { firstNumber, firstText, isRecord, type JsonRecord, listOf, recordOf } from './json-value.ts'

/**
 * Token counts as somebody reports them. The rules by dialect and provider stand in docs/tokens.md, whose table the tests run.
 * All fields may be absent.
 */
export interface ReportedUsage {
  readonly input?: number | undefined
  readonly output?: number | undefined
  /** Input and output together; decides what `input` means where the sender's convention is not certain. */
  readonly total?: number | undefined
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
  /** Those of `cacheWrite` that are kept for an hour. */
  readonly hourCacheWrite?: number | undefined
  readonly reasoning?: number | undefined
  readonly audioInput?: number | undefined
  readonly audioOutput?: number | undefined
  readonly imageInput?: number | undefined
  /** Whether cached tokens are part of `input` or stand beside it. */
  readonly cached: 'inside' | 'beside'
  /** Whether reasoning tokens are part of `output` or stand beside it. */
  readonly reasoned: 'inside' | 'beside'
}

/** Counts in our convention: input = uncached + cache read + cache write, output includes reasoning. Unknown stays undefined. */
export function usageOf(reported: ReportedUsage): TokenUsage {
  const reasoning = count(reported.reasoning)
  const output = outputOf(reported, reasoning ?? 0)
  return {
    ...NO_USAGE,
    inputTokens: inputOf(reported, output),
    outputTokens: output,
    cacheReadTokens: count(reported.cacheRead),
    cacheWriteTokens: count(reported.cacheWrite),
    hourCacheWriteTokens: count(reported.hourCacheWrite),
    reasoningTokens: reasoning,
    audioInputTokens: count(reported.audioInput),
    audioOutputTokens: count(reported.audioOutput),
    imageInputTokens: count(reported.imageInput),
  }
}

/** A count is a whole number, 0 or more; anything else says nothing. */
function count(value: number | undefined): number | undefined {
  return value === undefined || !(value >= 0) ? undefined : Math.round(value)
}

function inputOf(reported: ReportedUsage, output: number | undefined): number | undefined {
  const cache = (count(reported.cacheRead) ?? 0) + (count(reported.cacheWrite) ?? 0)
  const input = count(reported.input)
  const total = count(reported.total)
  if (input === undefined) return total === undefined ? undefined : Math.max(0, total - (output ?? 0))
  return cachedStandsBeside(reported, input, cache, output) ? input + cache : input
}

function cachedStandsBeside(
  reported: ReportedUsage,
  input: number,
  cache: number,
  output: number | undefined,
): boolean {
  if (cache === 0) return false
  // A part cannot be larger than the whole: such an input was meant without the cache, whatever the convention says.
  if (cache > input) return true
  const total = count(reported.total)
  if (total !== undefined && total === input + (output ?? 0)) return false
  if (total !== undefined && total === input + cache + (output ?? 0)) return true
  return reported.cached === 'beside'
}

function outputOf(reported: ReportedUsage, reasoning: number): number | undefined {
  const output = count(reported.output)
  if (output === undefined) return undefined
  return reported.reasoned === 'beside' || reasoning > output ? output + reasoning : output
}

/** A usage object of a provider's API or of a library, recognised by its fields. Undefined when it holds no count. */
export function readUsage(usage: JsonRecord): TokenUsage | undefined {
  const reported = geminiUsage(usage) ?? bedrockUsage(usage) ?? commonUsage(cohereUnits(usage) ?? usage)
  const hasCount = [reported.input, reported.output, reported.total, reported.cacheRead].some((n) => n !== undefined)
  return hasCount ? usageOf(reported) : undefined
}

/** Gemini (generateContent and interactions): the prompt includes cached content, thoughts stand beside the candidates. */
function geminiUsage(usage: JsonRecord): ReportedUsage | undefined {
  const input = firstNumber(usage, 'promptTokenCount', 'prompt_token_count', 'total_input_tokens')
  const candidates = firstNumber(usage, 'candidatesTokenCount', 'candidates_token_count', 'total_output_tokens')
  if (input === undefined && candidates === undefined) return undefined
  const toolInput =
    firstNumber(usage, 'toolUsePromptTokenCount', 'tool_use_prompt_token_count', 'total_tool_use_tokens') ?? 0
  const inputDetails =
    usage['promptTokensDetails'] ?? usage['prompt_tokens_details'] ?? usage['input_tokens_by_modality']
  return {
    input: input === undefined ? undefined : input + toolInput,
    output: candidates ?? 0,
    cacheRead: firstNumber(usage, 'cachedContentTokenCount', 'cached_content_token_count', 'total_cached_tokens'),
    reasoning: firstNumber(usage, 'thoughtsTokenCount', 'thoughts_token_count', 'total_thought_tokens'),
    audioInput: ofModality(inputDetails, 'audio'),
    imageInput: ofModality(inputDetails, 'image'),
    audioOutput: ofModality(usage['candidatesTokensDetails'] ?? usage['candidates_tokens_details'], 'audio'),
    cached: 'inside',
    reasoned: 'beside',
  }
}

/** `[{"modality": "AUDIO", "tokenCount": 32}]` */
function ofModality(details: unknown, modality: string): number | undefined {
  for (const item of listOf(details)) {
    if (!isRecord(item) || firstText(item, 'modality').toLowerCase() !== modality) continue
    return firstNumber(item, 'tokenCount', 'token_count', 'tokens')
  }
  return undefined
}

/** Bedrock's Converse: cached tokens stand beside `inputTokens`. */
function bedrockUsage(usage: JsonRecord): ReportedUsage | undefined {
  const cacheRead = firstNumber(usage, 'cacheReadInputTokens', 'cacheReadInputTokenCount')
  const cacheWrite = firstNumber(usage, 'cacheWriteInputTokens', 'cacheWriteInputTokenCount')
  if (usage['inputTokens'] === undefined || (cacheRead ?? cacheWrite) === undefined) return undefined
  return {
    input: firstNumber(usage, 'inputTokens'),
    output: firstNumber(usage, 'outputTokens'),
    total: firstNumber(usage, 'totalTokens'),
    cacheRead,
    cacheWrite,
    hourCacheWrite: hourOf(usage['cacheDetails']),
    cached: 'beside',
    reasoned: 'inside',
  }
}

/** `[{"ttl": "1h", "inputTokens": 2048}]` */
function hourOf(details: unknown): number | undefined {
  const found = listOf(details).find((item) => isRecord(item) && firstText(item, 'ttl') === '1h')
  return isRecord(found) ? firstNumber(found, 'inputTokens') : undefined
}

/** Cohere says what it bills, and beside it what the model read, which includes the template put around the messages. */
function cohereUnits(usage: JsonRecord): JsonRecord | undefined {
  return recordOf(usage['billed_units']) ?? recordOf(usage['tokens'])
}

/** OpenAI (chat, responses), Anthropic, LangChain, Vercel, Ollama, Cohere, DeepSeek. */
function commonUsage(usage: JsonRecord): ReportedUsage {
  const inputDetails = recordOf(
    usage['prompt_tokens_details'] ?? usage['input_tokens_details'] ?? usage['input_token_details'],
  )
  const outputDetails = recordOf(
    usage['completion_tokens_details'] ?? usage['output_tokens_details'] ?? usage['output_token_details'],
  )
  const details = inputDetails ?? {}
  const anthropicRead = firstNumber(usage, 'cache_read_input_tokens')
  const anthropicWrite = firstNumber(usage, 'cache_creation_input_tokens')
  return {
    input: firstNumber(
      usage,
      'prompt_tokens',
      'input_tokens',
      'inputTokens',
      'promptTokens',
      'prompt_eval_count',
      'tokens',
    ),
    output: firstNumber(usage, 'completion_tokens', 'output_tokens', 'outputTokens', 'completionTokens', 'eval_count'),
    total: firstNumber(usage, 'total_tokens', 'totalTokens'),
    cacheRead:
      anthropicRead ??
      firstNumber(details, 'cached_tokens', 'cache_read') ??
      firstNumber(usage, 'prompt_cache_hit_tokens', 'cached_tokens', 'cachedInputTokens', 'cache_read_tokens'),
    cacheWrite:
      anthropicWrite ??
      firstNumber(details, 'cache_creation', 'cache_write_tokens') ??
      firstNumber(usage, 'cache_write_tokens'),
    hourCacheWrite: firstNumber(recordOf(usage['cache_creation']) ?? {}, 'ephemeral_1h_input_tokens'),
    reasoning:
      firstNumber(outputDetails ?? {}, 'reasoning_tokens', 'reasoning') ?? firstNumber(usage, 'reasoningTokens'),
    audioInput: firstNumber(details, 'audio_tokens', 'audio'),
    audioOutput: firstNumber(outputDetails ?? {}, 'audio_tokens', 'audio'),
    imageInput: firstNumber(details, 'image_tokens'),
    // OpenAI counts cached tokens in its details; the flat names are Anthropic's, whose input excludes them.
    cached: inputDetails === undefined && (anthropicRead ?? anthropicWrite) !== undefined ? 'beside' : 'inside',
    reasoned: 'inside',
  }
}

/** The counts of `first`, and those of `second` where `first` says nothing. */
export function mergedUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return {
    inputTokens: first.inputTokens ?? second.inputTokens,
    outputTokens: first.outputTokens ?? second.outputTokens,
    cacheReadTokens: first.cacheReadTokens ?? second.cacheReadTokens,
    cacheWriteTokens: first.cacheWriteTokens ?? second.cacheWriteTokens,
    hourCacheWriteTokens: first.hourCacheWriteTokens ?? second.hourCacheWriteTokens,
    reasoningTokens: first.reasoningTokens ?? second.reasoningTokens,
    audioInputTokens: first.audioInputTokens ?? second.audioInputTokens,
    audioOutputTokens: first.audioOutputTokens ?? second.audioOutputTokens,
    imageInputTokens: first.imageInputTokens ?? second.imageInputTokens,
  }
}
