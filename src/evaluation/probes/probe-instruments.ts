import type { Counter, Gauge, Histogram, InstrumentRegistry } from '../../telemetry/instruments.ts'
import { CHANGE_REASONS, type ModelChange } from './model-change.ts'
import { type ProbeRun, summaryOf } from './probe-run.ts'

type Labels = 'probe' | 'model'

/** Why a run did not take place: `down`: the program did not run; `overrun`: the run before was still under way; `budget`: the calls of the day. */
export type MissedReason = 'down' | 'overrun' | 'budget'

/** The series of the probes. */
export class ProbeInstruments {
  readonly #gauges: ReadonlyMap<'accuracy' | 'lower' | 'upper' | 'samples' | 'lastRun', Gauge<Labels>>
  readonly #latency: Histogram<Labels>
  readonly #items: Counter<Labels | 'outcome'>
  readonly #cost: Counter<Labels>
  readonly #changed: Gauge<Labels | 'reason'>
  readonly #missed: Counter<Labels | 'reason'>
  readonly failures: Counter<'step'>

  constructor(registry: InstrumentRegistry) {
    const labelNames = ['probe', 'model'] as const
    const gauge = (name: string, help: string): Gauge<Labels> => registry.gauge({ name, help, labelNames })
    this.#gauges = new Map([
      [
        'accuracy',
        gauge('llm_probe_accuracy_ratio', 'Share of the answered questions of the last run that passed, 0-1'),
      ],
      ['lower', gauge('llm_probe_accuracy_lower_ratio', 'Lower 95 % bound of the accuracy of the last run (Wilson)')],
      ['upper', gauge('llm_probe_accuracy_upper_ratio', 'Upper 95 % bound of the accuracy of the last run (Wilson)')],
      ['samples', gauge('llm_probe_accuracy_samples', 'Questions of the last run that were answered and checked')],
      ['lastRun', gauge('llm_probe_last_run_timestamp_seconds', 'When the last run ended, seconds since 1970')],
    ])
    this.#latency = registry.histogram({
      name: 'llm_probe_latency_ms',
      help: 'How long the answers to probes took, milliseconds',
      labelNames,
      buckets: [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000],
    })
    this.#items = registry.counter({
      name: 'llm_probe_items_total',
      help: 'Questions of probes by outcome; error: there was no answer, or no judge',
      labelNames: ['probe', 'model', 'outcome'],
    })
    this.#cost = registry.counter({
      name: 'llm_probe_cost_usd_total',
      help: 'What probes have cost where the price is known, US dollars',
      labelNames,
    })
    this.#changed = registry.gauge({
      name: 'llm_probe_model_changed',
      help: '1 where the last run speaks for another model than the baseline, by reason',
      labelNames: ['probe', 'model', 'reason'],
    })
    this.#missed = registry.counter({
      name: 'llm_probe_runs_missed_total',
      help: 'Runs of probes that were due and did not take place, by reason',
      labelNames: ['probe', 'model', 'reason'],
    })
    this.failures = registry.counter({
      name: 'tetrascope_probe_failures_total',
      help: 'Times that results of probes could not be read or written',
      labelNames: ['step'],
    })
    for (const step of ['load', 'save'] as const) this.failures.add({ step }, 0)
  }

  /** States the last run; `isNew`: it has just ended and counts. */
  ran(run: ProbeRun, changes: readonly ModelChange[], isNew: boolean): void {
    const labels = { probe: run.probe, model: run.model }
    const { passed, failed, accuracy, interval } = summaryOf(run)
    // A run without any answer says nothing: the last known accuracy must not stay as if it were new.
    this.#set('accuracy', labels, accuracy ?? NaN)
    this.#set('lower', labels, accuracy === null ? NaN : interval.lower)
    this.#set('upper', labels, accuracy === null ? NaN : interval.upper)
    this.#set('samples', labels, passed + failed)
    this.#set('lastRun', labels, run.endedMs / 1_000)
    for (const reason of CHANGE_REASONS)
      this.#changed.set({ ...labels, reason }, changes.some((change) => change.reason === reason) ? 1 : 0)
    if (isNew) this.#count(run, labels)
  }

  missed(labels: Readonly<Record<Labels, string>>, reason: MissedReason, count = 1): void {
    this.#missed.add({ ...labels, reason }, count)
  }

  /** Forgets the gauges of all sets: some may be gone. */
  clear(): void {
    for (const gauge of [...this.#gauges.values(), this.#changed]) gauge.clear()
  }

  #count({ items }: ProbeRun, labels: Readonly<Record<Labels, string>>): void {
    for (const outcome of ['passed', 'failed', 'error'] as const) this.#items.add({ ...labels, outcome }, 0)
    for (const { outcome, latencyMs, costUsd, sketch } of items) {
      this.#items.add({ ...labels, outcome })
      if (sketch !== null) this.#latency.observe(labels, latencyMs)
      if (costUsd !== null) this.#cost.add(labels, costUsd)
    }
  }

  #set(
    name: 'accuracy' | 'lower' | 'upper' | 'samples' | 'lastRun',
    labels: Readonly<Record<Labels, string>>,
    value: number,
  ): void {
    this.#gauges.get(name)?.set(labels, value)
  }
}
