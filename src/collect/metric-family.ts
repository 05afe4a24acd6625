import { Labels, METRIC_NAME } from '../model/labels.ts'
import type { MetricType } from '../model/series.ts'
import type { MetricSnapshot } from '../telemetry/instruments.ts'

export interface FamilyOptions {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly unit?: string
}

/** Gathers the samples of one family. */
export class MetricFamily {
  readonly #options: FamilyOptions
  readonly #samples: Array<{ readonly labels: Labels; readonly value: number }> = []

  constructor(options: FamilyOptions) {
    this.#options = options
  }

  /** A value that is no number (the kernel left it out) is no sample. */
  add(value: number | undefined, labels: Readonly<Record<string, string>> = {}): this {
    if (value === undefined || Number.isNaN(value)) return this
    this.#samples.push({ labels: Labels.from({ ...labels, [METRIC_NAME]: this.#options.name }), value })
    return this
  }

  snapshot(): MetricSnapshot {
    const { name, help, type, unit = '' } = this.#options
    return { metadata: { name, help, type, unit }, samples: this.#samples }
  }
}

/** Families by name, each made at its first mention, for collectors whose names come from the kernel. */
export class MetricFamilies {
  readonly #families = new Map<string, MetricFamily>()

  family(options: FamilyOptions): MetricFamily {
    const known = this.#families.get(options.name)
    if (known !== undefined) return known
    const created = new MetricFamily(options)
    this.#families.set(options.name, created)
    return created
  }

  snapshots(): MetricSnapshot[] {
    return [...this.#families.values()].map((family) => family.snapshot())
  }
}
