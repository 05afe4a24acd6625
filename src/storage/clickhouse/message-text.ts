import { textOf, type Message, type MessagePart } from '../../model/span.ts'

/** Messages in two columns: what a person reads, to be searched and shown, and all the rest. */
export interface MessageColumns {
  /** `textOf` the messages. */
  readonly text: string
  /** The messages as JSON, each text part with only the length of its text ('' when there are no messages). */
  readonly frame: string
}

type FramedPart = Exclude<MessagePart, { type: 'text' }> | { readonly type: 'text'; readonly length: number }

interface FramedMessage {
  readonly role: Message['role']
  readonly parts: readonly FramedPart[]
}

const SEPARATOR = '\n\n'

/** Keeps the texts once: stored inside JSON too, prompts and answers would take twice the room. */
export function splitMessages(messages: readonly Message[]): MessageColumns {
  if (messages.length === 0) return { text: '', frame: '' }
  const framed: FramedMessage[] = messages.map(({ role, parts }) => ({ role, parts: parts.map(frame) }))
  return { text: textOf(messages), frame: JSON.stringify(framed) }
}

/** The reverse of `splitMessages`. */
export function joinMessages({ text, frame }: MessageColumns): Message[] {
  if (frame === '') return []
  let at = 0
  const take = (length: number): string => {
    if (length === 0) return ''
    const start = at
    at = start + length + SEPARATOR.length
    return text.slice(start, start + length)
  }
  const framed = JSON.parse(frame) as FramedMessage[]
  return framed.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => (part.type === 'text' ? { type: 'text', text: take(part.length) } : part)),
  }))
}

function frame(part: MessagePart): FramedPart {
  return part.type === 'text' ? { type: 'text', length: part.text.length } : part
}
