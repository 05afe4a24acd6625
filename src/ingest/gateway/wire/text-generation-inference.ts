import { firstText, recordOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'
import { readTextAnswer } from './text-answer.ts'

/**
 * Hugging Face's text-generation-inference by its own paths (https://huggingface.github.io/text-generation-inference/), also behind
 * SageMaker's endpoints, whose bodies are those of the container.
 */
export const textGenerationInference: WireFormat = {
  provider: 'huggingface',
  operationOf: (path) =>
    /(^|\/)generate(_stream)?$/.test(path) || /\/endpoints\/[^/]+\/invocations$/.test(path)
      ? 'text_completion'
      : undefined,
  modelOf: (path) => /\/endpoints\/([^/]+)\/invocations$/.exec(path)?.[1],
  carriesToken: (event) => firstText(recordOf(event['token']) ?? {}, 'text') !== '',
  assemble: (events) => {
    // The last event repeats the whole text; a stream that was cut off has only its pieces.
    const end = events.findLast((event) => typeof event['generated_text'] === 'string')
    return end ?? { generated_text: events.map((event) => firstText(recordOf(event['token']) ?? {}, 'text')).join('') }
  },
  readCall: ({ inputs, ...call }: JsonRecord) => (inputs === undefined ? call : { ...call, prompt: inputs }),
  readAnswer: (body) => readTextAnswer(body) ?? body,
}
