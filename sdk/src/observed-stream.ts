import type { CallObservation, StreamEnd } from './call-observation.ts'
import type { StreamedAnswer } from './observed-api.ts'
import { isRecord } from './record.ts'

type MakeIterator = () => AsyncIterator<unknown>

/**
 * Has a stream observed while its host reads it: the object stays the same and gives the same chunks at the same time. False when
 * the value is no stream.
 */
export function observeStream(value: unknown, answer: StreamedAnswer, observation: CallObservation): boolean {
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return false
  // The streams of these clients make all their iterators, also those of `tee()`, by a method of this name.
  const name = 'iterator' in value ? 'iterator' : Symbol.asyncIterator
  const make: unknown = Reflect.get(value, name)
  if (!isMaker(make)) return false
  const original = make.bind(value)
  const observed: MakeIterator = () => tapped(original(), new StreamTap(value, answer, observation))
  Object.defineProperty(value, name, { value: observed, configurable: true, writable: true })
  return true
}

function isMaker(value: unknown): value is MakeIterator {
  return typeof value === 'function'
}

/** Reads chunks beside the host; an error of its own ends the reading, never the stream. */
class StreamTap {
  readonly #stream: object
  readonly #answer: StreamedAnswer
  readonly #observation: CallObservation

  constructor(stream: object, answer: StreamedAnswer, observation: CallObservation) {
    this.#stream = stream
    this.#answer = answer
    this.#observation = observation
  }

  chunk(value: unknown): void {
    if (isRecord(value) && this.#answer.take(value)) this.#observation.token()
  }

  /** A stream whose controller was aborted ends without an error. */
  complete(): void {
    const controller: unknown = Reflect.get(this.#stream, 'controller')
    const isAborted = controller instanceof AbortController && controller.signal.aborted
    this.end({ kind: isAborted ? 'aborted' : 'complete' })
  }

  end(end: StreamEnd): void {
    this.#observation.end(this.#answer.facts(), true, end)
  }
}

function tapped(iterator: AsyncIterator<unknown>, tap: StreamTap): AsyncIterableIterator<unknown> {
  return {
    async next() {
      let result: IteratorResult<unknown>
      try {
        result = await iterator.next()
      } catch (error) {
        tap.end({ kind: 'failed', error })
        throw error
      }
      if (result.done === true) tap.complete()
      else tap.chunk(result.value)
      return result
    },
    async return(value?: unknown) {
      // A host that leaves its loop after the last chunk has everything too, but nobody can know that it was the last.
      tap.end({ kind: 'aborted' })
      return iterator.return === undefined ? { done: true, value } : iterator.return(value)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
