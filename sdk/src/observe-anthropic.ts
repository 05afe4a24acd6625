import { anthropicMessages } from './anthropic-messages.ts'
import { observeCopies, observeCreate, type ObserveOptions } from './observe-call.ts'

/** What is needed of a client of `@anthropic-ai/sdk`. */
export interface AnthropicShape {
  readonly messages?: object | undefined
  readonly beta?: { readonly messages?: object | undefined } | undefined
}

/**
 * Records every call that a client of `@anthropic-ai/sdk` makes by `messages.create`, `messages.stream` and their beta forms.
 * The client itself is given back; its results, types and errors stay as they are.
 */
export function observeAnthropic<T extends AnthropicShape & object>(client: T, options: ObserveOptions = {}): T {
  observeCreate(client.messages, anthropicMessages, 'anthropic', options)
  observeCreate(client.beta?.messages, anthropicMessages, 'anthropic', options)
  observeCopies(client, (copy) => observeAnthropic(copy, options))
  return client
}
