import { CallObservation, callOf } from './call-observation.ts'
import { defaultTetrascope, type Tetrascope } from './client.ts'
import type { ObservedApi } from './observed-api.ts'
import { isRecord } from './record.ts'
import { observeStream } from './observed-stream.ts'

export interface ObserveOptions {
  /** Where to record; the first client that `createTetrascope` made when absent. */
  readonly tetrascope?: Tetrascope | undefined
  /** The provider, when the client talks to another one than its own: `azure.ai.openai`, `deepseek` ... */
  readonly provider?: string | undefined
}

/** A method that makes a call: the body first, then the options of the HTTP request. */
type Method = (...args: unknown[]) => unknown

/** What the clients give instead of a plain promise; parsed only when somebody waits for it. */
interface LazyAnswer {
  _thenUnwrap(transform: (data: unknown) => unknown): unknown
  asResponse(): Promise<unknown>
}

const observed = new WeakSet<object>()

/**
 * Replaces `create` of one resource of a client by one that also records the call. The client's own helpers (`parse`, `stream`,
 * `runTools`) call it and are recorded with it. What it takes and gives stays the same.
 */
export function observeCreate(resource: unknown, api: ObservedApi, provider: string, options: ObserveOptions): void {
  if (typeof resource !== 'object' || resource === null || observed.has(resource)) return
  const create: unknown = Reflect.get(resource, 'create')
  if (!isMethod(create)) return
  observed.add(resource)
  const original: Method = create.bind(resource)
  const value: Method = (...args) => {
    const observation = observe(() => begin(api, args, provider, options))
    return observation === undefined ? original(...args) : watched(original, args, api, observation)
  }
  Object.defineProperty(resource, 'create', { value, configurable: true, writable: true })
}

/** Has the copies that `withOptions` makes of a client observed as well. */
export function observeCopies(client: object, observeCopy: (copy: object) => void): void {
  const withOptions: unknown = Reflect.get(client, 'withOptions')
  if (!isMethod(withOptions)) return
  const original: Method = withOptions.bind(client)
  const value: Method = (...args) => {
    const copy = original(...args)
    if (typeof copy === 'object' && copy !== null) observeCopy(copy)
    return copy
  }
  Object.defineProperty(client, 'withOptions', { value, configurable: true, writable: true })
}

function begin(
  api: ObservedApi,
  args: readonly unknown[],
  provider: string,
  options: ObserveOptions,
): CallObservation | undefined {
  const recorder = options.tetrascope ?? defaultTetrascope()
  const [body, httpOptions] = args
  if (recorder === undefined || !isRecord(body)) return undefined
  const call = callOf(api, body, httpOptions, options.provider ?? provider, recorder.clock.now())
  return new CallObservation(recorder, call)
}

function watched(original: Method, args: unknown[], api: ObservedApi, observation: CallObservation): unknown {
  const fail = (error: unknown): void => observation.end({}, isStreamed(args), { kind: 'failed', error })
  let answer: unknown
  try {
    answer = original(...args)
  } catch (error) {
    fail(error)
    throw error
  }
  const take = (data: unknown): unknown => {
    observe(() => takeAnswer(data, api, observation))
    return data
  }
  if (isLazy(answer)) {
    // Waiting for the response alone does not parse it: whoever wants it raw still can.
    answer.asResponse().then(undefined, fail)
    return answer._thenUnwrap(take)
  }
  if (!(answer instanceof Promise)) return take(answer)
  return answer.then(take, (error: unknown) => {
    fail(error)
    throw error
  })
}

function takeAnswer(data: unknown, api: ObservedApi, observation: CallObservation): void {
  if (api.stream !== undefined && observeStream(data, api.stream(), observation)) return
  observation.end(isRecord(data) ? api.answer(data) : {}, false)
}

function isStreamed([body]: readonly unknown[]): boolean {
  return isRecord(body) && body['stream'] === true
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

function isLazy(value: unknown): value is LazyAnswer {
  return isRecord(value) && isMethod(value['_thenUnwrap']) && isMethod(value['asResponse'])
}

/** The host's call goes on whatever happens to its observation. */
function observe<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    process.emitWarning(`a call could not be observed: ${String(error)}`, 'TetrascopeWarning')
    return undefined
  }
}
