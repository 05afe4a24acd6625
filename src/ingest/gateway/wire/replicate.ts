import { firstNumber, firstOf, firstText, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

/** `/v1/predictions`, `/v1/predictions/ID`, and those of a model or a deployment. */
const PATH = /\/v1\/(?:(?:models|deployments)\/([^/]+\/[^/]+)\/)?predictions(?:\/[^/]+)?$/

/** What of a call's input is text for the model, by the names that models on Replicate use for it. */
const PROMPT_FIELDS = ['prompt', 'text', 'messages'] as const

/**
 * Replicate's predictions (https://replicate.com/docs/reference/http). A prediction is begun by one call and asked for by others, unless
 * the first one waits (`Prefer: wait`). What an answer shows is told once it is over.
 */
export const replicate: WireFormat = {
  provider: 'replicate',
  // What its models make is as different as they are; most that are called for text are given a prompt.
  operationOf: (path) => (PATH.test(path) ? 'text_completion' : undefined),
  carriesToken: () => false,
  assemble: (events) => events.at(-1) ?? {},
  modelOf: (path) => PATH.exec(path.split('?')[0] ?? '')?.[1],
  readCall: readPredictionCall,
  readAnswer: readPrediction,
  predictionOf: (call, answer) => {
    if (!isOver(answer) && !isLastSight(call)) return undefined
    const metrics = recordOf(answer['metrics']) ?? {}
    const firstTokenSeconds = firstNumber(metrics, 'time_to_first_token')
    return {
      id: firstText(answer, 'id'),
      call: readPredictionCall({ ...answer, input: answer['called'] }),
      startMs: timeOf(answer['created_at']),
      endMs: timeOf(answer['completed_at']),
      ttftMs: firstTokenSeconds === undefined ? undefined : firstTokenSeconds * 1_000,
    }
  },
}

/** The input's fields at the top, where other formats have them. A version is said where no model is. */
function readPredictionCall({ input, model, version, ...body }: JsonRecord): JsonRecord {
  const given = recordOf(input) ?? {}
  const prompt = firstOf(given, ...PROMPT_FIELDS)
  const parameters = Object.entries(given).filter(([name]) => !['system_prompt', ...PROMPT_FIELDS].includes(name))
  return {
    ...Object.fromEntries(parameters),
    ...(body['stream'] !== undefined && { stream: body['stream'] }),
    ...(body['webhook'] !== undefined && { webhook: true }),
    model: textOf(model) || textOf(version),
    system: given['system_prompt'],
    ...(Array.isArray(prompt) ? { messages: prompt } : { prompt }),
  }
}

/** What the call had as its input is kept apart (`called`): it is no part of the answer. */
function readPrediction({ output: made, error, input: called, ...body }: JsonRecord): JsonRecord {
  const status = textOf(body['status'])
  const metrics = recordOf(body['metrics']) ?? {}
  const input = firstNumber(metrics, 'input_token_count')
  const output = firstNumber(metrics, 'output_token_count')
  const content = contentOf(made) ?? ''
  const usage = { prompt_tokens: input, completion_tokens: output }
  return {
    ...body,
    called,
    ...(isStatus(status) && { choices: [{ finish_reason: status, message: { role: 'assistant', content } }] }),
    ...((input ?? output) !== undefined && { usage }),
    // Errors of the API have a number as their status, and say in detail what is wrong.
    ...(typeof body['detail'] === 'string' && { status: undefined, error: { message: body['detail'] } }),
    ...(status === 'failed' && { error: { type: 'failed', message: textOf(error) } }),
    ...(status === 'canceled' && { error: { type: 'canceled', message: 'the prediction was canceled' } }),
  }
}

/** Text comes in pieces; files are addresses. */
function contentOf(output: unknown): unknown {
  if (output === undefined || output === null) return undefined
  const pieces = Array.isArray(output) ? output : [output]
  if (pieces.length > 0 && pieces.every(isAddress)) return pieces.map(filePart)
  return pieces.map(textOf).join('')
}

const KINDS: ReadonlyArray<readonly [ending: RegExp, type: string]> = [
  [/\.(mp4|webm|mov)$/i, 'video'],
  [/\.(mp3|wav|flac|ogg|m4a)$/i, 'audio'],
]

/** Most that make files make images; others show by their ending. */
function filePart(url: unknown): JsonRecord {
  const type = KINDS.find(([ending]) => ending.test(textOf(url).split('?')[0] ?? ''))?.[1]
  return type === undefined
    ? { type: 'image_url', image_url: { url } }
    : { type: `${type}_url`, [`${type}_url`]: { url } }
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^(https?:\/\/\S+|data:\S+)$/.test(value)
}

const OVER: ReadonlySet<unknown> = new Set(['succeeded', 'failed', 'canceled'])

function isOver({ status }: JsonRecord): boolean {
  return OVER.has(status)
}

function isStatus(status: string): boolean {
  return OVER.has(status) || status === 'starting' || status === 'processing'
}

/** What comes of these goes another way, so that the call that begins them is all that is seen. */
function isLastSight(call: JsonRecord): boolean {
  return call['stream'] === true || call['webhook'] === true
}

function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(timeMs) ? undefined : timeMs
}
