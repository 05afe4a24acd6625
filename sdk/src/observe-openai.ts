import { observeCopies, observeCreate, type ObserveOptions } from './observe-call.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiResponses } from './openai-responses.ts'

/** What is needed of a client: those of `openai` and of libraries with its shape. */
export interface OpenAIShape {
  readonly chat?: { readonly completions?: object | undefined } | undefined
  readonly responses?: object | undefined
  readonly embeddings?: object | undefined
}

/**
 * Records every call that a client of the `openai` package makes by `chat.completions`, `responses` and `embeddings`, streams
 * included. The client itself is given back; its results, types and errors stay as they are. User, session and feature come from
 * `withContext`, from the body's `user` and `metadata`, or from the `x-tetrascope-*` headers of the call. A streamed chat tells
 * its tokens only with `stream_options: { include_usage: true }`.
 */
export function observeOpenAI<T extends OpenAIShape & object>(client: T, options: ObserveOptions = {}): T {
  const provider = providerOf(client)
  observeCreate(client.chat?.completions, openaiChat, provider, options)
  observeCreate(client.responses, openaiResponses, provider, options)
  observeCreate(client.embeddings, openaiEmbeddings, provider, options)
  observeCopies(client, (copy) => observeOpenAI(copy, options))
  return client
}

/** Azure's client is recognised by its address; another server with this interface needs the `provider` option. */
function providerOf(client: object): string {
  const baseUrl: unknown = Reflect.get(client, 'baseURL')
  return typeof baseUrl === 'string' && /\.azure\.com/.test(baseUrl) ? 'azure.ai.openai' : 'openai'
}
