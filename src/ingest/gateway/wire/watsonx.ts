import { firstOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'
import { openai } from './openai.ts'
import { joinTextAnswers, readTextAnswer, textOfAnswer } from './text-answer.ts'

/** IBM watsonx (https://cloud.ibm.com/apidocs/watsonx-ai): its own texts, and OpenAI's chat under its own paths. */
export const watsonx: WireFormat = {
  provider: 'ibm.watsonx.ai',
  operationOf: (path) => {
    const [, action] =
      /\/ml\/v1\/(?:deployments\/[^/]+\/)?text\/(generation|chat|embeddings)(?:_stream)?$/.exec(path) ?? []
    if (action === undefined) return undefined
    return action === 'generation' ? 'text_completion' : action === 'chat' ? 'chat' : 'embeddings'
  },
  carriesToken: (event) => textOfAnswer(readTextAnswer(event) ?? {}) !== '' || openai.carriesToken(event),
  assemble: (events) =>
    events.some((event) => event['choices'] !== undefined) ? openai.assemble(events) : joinTextAnswers(events),
  readCall: ({ model_id: model, inputs, ...call }) => ({
    ...call,
    model,
    input: firstOf({ ...call, inputs }, 'input', 'inputs'),
  }),
  readAnswer: (body) => withModel(body['choices'] === undefined ? (readTextAnswer(body) ?? body) : body),
}

function withModel(body: JsonRecord): JsonRecord {
  return { ...body, model: firstOf(body, 'model', 'model_id') }
}
