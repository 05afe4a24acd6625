import { modelOf, type Request } from '../model/request.ts'
import type { Counter, Gauge, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Clock } from '../util/clock.ts'
import type { DriftConfig } from './config.ts'
import { driftBetween } from './compare.ts'
import { type Feature, featureOf } from './feature.ts'
import { Sketch } from './sketch.ts'

/** Models watched at once; requests of further ones are not watched for drift, and counted. */
const MAX_MODELS = 50

/** Steps of the windows at the finest: longer windows move in larger steps. */
const MAX_STEPS = 1_500

interface Step {
  readonly startMs: number
  readonly sketches: Map<string, Sketch>
}

export interface DriftMonitorOptions {
  readonly config: DriftConfig
  readonly clock: Clock
  readonly instruments: InstrumentRegistry
}

/**
 * Watches features of requests, by model, for drift: the newest window against the time before it. Keeps sketches of short
 * steps of time, which add up to both windows, so that memory is bounded and windows roll on.
 */
export class DriftMonitor {
  readonly #options: DriftMonitorOptions
  readonly #stepMs: number
  readonly #psi: Gauge<'feature' | 'model'>
  readonly #samples: Gauge<'feature' | 'model' | 'window'>
  readonly #unwatched: Counter
  readonly #models = new Set<string>()
  #steps: Step[] = []
  #cancel: () => void = () => undefined

  constructor(options: DriftMonitorOptions) {
    const { config, instruments } = options
    this.#options = options
    this.#stepMs = Math.max(config.interval, (config.current + config.reference) / MAX_STEPS)
    const labelNames = ['feature', 'model'] as const
    this.#psi = instruments.gauge({
      name: 'llm_data_drift_psi',
      help: 'Population stability index of a feature of the newest requests against those before: < 0.1 none, 0.1-0.2 slight, > 0.2 severe',
      labelNames,
    })
    this.#unwatched = instruments.counter({
      name: 'tetrascope_drift_requests_unwatched_total',
      help: `Requests of models beyond the first ${MAX_MODELS}, which are not watched for drift`,
    })
    this.#samples = instruments.gauge({
      name: 'llm_data_drift_requests',
      help: 'Requests in the windows that are compared for drift',
      labelNames: ['feature', 'model', 'window'] as const,
    })
  }

  start(): void {
    if (!this.#options.config.enabled) return
    this.#cancel = this.#options.clock.after(this.#options.config.interval, () => {
      this.compare()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  /** Takes note of requests by the time at which they began. */
  onRequests(requests: readonly Request[]): void {
    if (!this.#options.config.enabled) return
    for (const request of requests) this.#add(request)
  }

  /** Compares all windows as they are now and states the result. */
  compare(): void {
    const { config, clock } = this.#options
    const borderMs = clock.now() - config.current
    this.#steps = this.#steps.filter(({ startMs }) => startMs >= borderMs - config.reference)
    const current = this.#steps.filter(({ startMs }) => startMs >= borderMs)
    const reference = this.#steps.filter(({ startMs }) => startMs < borderMs)
    this.#psi.clear()
    this.#samples.clear()
    for (const model of this.#models)
      for (const feature of config.features) this.#state({ model, feature, reference, current })
  }

  #state({ model, feature, reference, current }: Comparison): void {
    const [before, now] = [sumOf(reference, model, feature), sumOf(current, model, feature)]
    if (before.count + now.count === 0) return
    this.#samples.set({ feature, model, window: 'reference' }, before.count)
    this.#samples.set({ feature, model, window: 'current' }, now.count)
    const enough = Math.min(before.count, now.count) >= this.#options.config.min_requests
    if (enough) this.#psi.set({ feature, model }, driftBetween(before, now))
  }

  #add(request: Request): void {
    const model = modelOf(request.span)
    if (!this.#models.has(model) && this.#models.size >= MAX_MODELS) return this.#unwatched.add({})
    this.#models.add(model)
    const step = this.#stepAt(request.span.startMs)
    if (step === undefined) return
    for (const feature of this.#options.config.features) {
      const value = featureOf(feature, request)
      if (value !== undefined) sketchIn(step, model, feature).add(value)
    }
  }

  /** Late requests find their step, those older than all windows none. */
  #stepAt(timeMs: number): Step | undefined {
    const startMs = Math.floor(timeMs / this.#stepMs) * this.#stepMs
    const { config, clock } = this.#options
    if (startMs < clock.now() - config.current - config.reference) return undefined
    const known = this.#steps.findLast((step) => step.startMs === startMs)
    if (known !== undefined) return known
    const step = { startMs, sketches: new Map<string, Sketch>() }
    this.#steps.push(step)
    return step
  }
}

interface Comparison {
  readonly model: string
  readonly feature: Feature
  readonly reference: readonly Step[]
  readonly current: readonly Step[]
}

function sketchIn(step: Step, model: string, feature: Feature): Sketch {
  const key = `${feature}\xff${model}`
  const known = step.sketches.get(key)
  if (known !== undefined) return known
  const sketch = new Sketch()
  step.sketches.set(key, sketch)
  return sketch
}

function sumOf(steps: readonly Step[], model: string, feature: Feature): Sketch {
  const sum = new Sketch()
  for (const { sketches } of steps) {
    const sketch = sketches.get(`${feature}\xff${model}`)
    if (sketch !== undefined) sum.merge(sketch)
  }
  return sum
}
