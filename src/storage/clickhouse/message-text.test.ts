import { array, assert, constantFrom, oneof, property, record, string, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { textOf, type Message, type MessagePart } from '../../model/span.ts'
import { joinMessages, splitMessages } from './message-text.ts'

const text = oneof(string(), constantFrom('', '\n\n', 'a\n\nb', '😀', '你好'))
const part: Arbitrary<MessagePart> = oneof(
  record({ type: constantFrom('text' as const), text }),
  record({ type: constantFrom('reasoning' as const), text }),
  record({ type: constantFrom('tool_call' as const), id: text, name: text, arguments: text }),
)
const messages = array(
  record({ role: constantFrom('system' as const, 'user' as const, 'assistant' as const), parts: array(part) }),
)

test('messages come back as they were', () => {
  assert(
    property(messages, (written: Message[]) => {
      expect(joinMessages(splitMessages(written))).toEqual(written)
    }),
  )
})

test('the text is what a person reads', () => {
  assert(
    property(messages, (written: Message[]) => {
      expect(splitMessages(written).text).toBe(textOf(written))
    }),
  )
})
