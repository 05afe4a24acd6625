import type { ObservedApi } from './observed-api.ts'
import { chatUsage } from './openai-chat.ts'
import { recordAt, textAt } from './record.ts'

/** `embeddings.create`. The vectors are not recorded. */
export const openaiEmbeddings: ObservedApi = {
  operation: 'embeddings',
  contentFields: new Set(['model', 'input', 'user']),
  prompt: (body) => body['input'],
  answer: (answer) => ({ responseModel: textAt(answer, 'model'), ...chatUsage(recordAt(answer, 'usage')) }),
  stream: undefined,
}
