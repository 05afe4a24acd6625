import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { isRecord, type JsonRecord, parseStructure, recordOf } from './json-value.ts'
import { readMessages } from './messages.ts'
import { readUsage } from './usage.ts'

const data = path.resolve(import.meta.dirname, '../../../shared/data')
const folders = ['provider-cassettes', 'otlp/openinference/python'].map((folder) => path.join(data, folder))

/** Recorded exchanges with OpenAI, Anthropic, Ollama, Gemini, Bedrock, Mistral and others, as their clients saw them. */
describe.skipIf(!folders.every((folder) => existsSync(folder)))('recorded calls of providers', () => {
  const calls = folders.flatMap(filesIn).flatMap(callsIn)

  test('there are many', () => {
    expect(calls.length).toBeGreaterThan(800)
  })

  test('every prompt is read as messages, none as JSON', () => {
    const prompts = calls.filter(({ request }) =>
      ['messages', 'contents', 'prompt'].some((name) => request[name] !== undefined),
    )
    const unread = prompts.filter(({ request }) => !isRead(readMessages(request, 'user')))
    expect(prompts.length).toBeGreaterThan(500)
    expect(unread.map(({ file }) => file)).toEqual([])
  })

  test('every answer with a text is read as messages, none as JSON', () => {
    const answers = calls.filter(({ answer }) => hasText(answer))
    const unread = answers.filter(({ answer }) => !isRead(readMessages(answer, 'assistant')))
    expect(answers.length).toBeGreaterThan(200)
    expect(unread.map(({ file }) => file)).toEqual([])
  })

  test('every usage is read, and its parts are within their whole', () => {
    const usages = calls.flatMap(({ file, answer }) => {
      const usage = recordOf(answer['usage']) ?? recordOf(answer['usageMetadata'])
      return usage === undefined ||
        (Object.keys(usage).some((name) => /Policy|^totalTokenCount$/.test(name)) &&
          usage['promptTokenCount'] === undefined)
        ? []
        : [{ file, usage }]
    })
    expect(usages.length).toBeGreaterThan(200)
    for (const { file, usage } of usages) {
      const read = readUsage(usage)
      expect(read, file).toBeDefined()
      expect((read?.cacheReadTokens ?? 0) + (read?.cacheWriteTokens ?? 0), file).toBeLessThanOrEqual(
        read?.inputTokens ?? Infinity,
      )
      expect(read?.reasoningTokens ?? 0, file).toBeLessThanOrEqual(read?.outputTokens ?? Infinity)
    }
  })
})

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  return files.map((file) => path.join(folder, file))
}

interface RecordedCall {
  readonly file: string
  readonly request: JsonRecord
  readonly answer: JsonRecord
}

function callsIn(file: string): RecordedCall[] {
  const recorded: unknown = parseDocument(readFileSync(file, 'utf8'), { logLevel: 'silent' }).toJS()
  const interactions =
    isRecord(recorded) && Array.isArray(recorded['interactions']) ? (recorded['interactions'] as unknown[]) : []
  return interactions.flatMap((interaction) => {
    if (!isRecord(interaction)) return []
    const request = recordOf(bodyOf(interaction['request']))
    const answer = recordOf(bodyOf(interaction['response']))
    return request === undefined ? [] : [{ file: path.basename(file), request, answer: answer ?? {} }]
  })
}

function bodyOf(message: unknown): unknown {
  const body = isRecord(message) ? message['body'] : undefined
  const text = isRecord(body) ? body['string'] : body
  return typeof text === 'string' ? parseStructure(text) : undefined
}

function hasText(answer: JsonRecord): boolean {
  const [choice] = Array.isArray(answer['choices']) ? (answer['choices'] as unknown[]) : []
  return (
    (isRecord(choice) && isRecord(choice['message'])) ||
    answer['candidates'] !== undefined ||
    Array.isArray(answer['content'])
  )
}

function isRead(messages: ReturnType<typeof readMessages>): boolean {
  const texts = messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  )
  return messages.length > 0 && !texts.some((text) => /^\s*[[{]\s*"(id|role|type|parts|choices)"/.test(text))
}
