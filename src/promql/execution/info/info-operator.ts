import type { Labels } from '../../../model/labels.ts'
import type { InfoPlan } from '../../plan/node.ts'
import { floatColumn, type Column, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import { InstantSelector } from '../selector/instant-selector.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { infoMatchers, seriesMatchers, type InfoMatchers } from './info-matchers.ts'
import { addedLabels, InfoSeries } from './info-series.ts'

/** `info`: adds the labels of info metrics such as `target_info` to the series of the same instance and job. */
export class InfoOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: InfoPlan
  readonly #input: VectorOperator
  readonly #grid: Grid
  readonly #matchers: InfoMatchers

  constructor(context: QueryContext, plan: InfoPlan, input: VectorOperator, grid: Grid) {
    this.#context = context
    this.#plan = plan
    this.#input = input
    this.#grid = grid
    this.#matchers = infoMatchers(plan.matchers)
  }

  async run(emit: Emit): Promise<void> {
    const held = new HeldColumns(this.#context)
    await this.#input.run((column) => void held.keep(column))
    const columns = [...held.columns]
    const enriched = columns.filter((column) => !this.#isInfo(column))
    const infos = new InfoSeries(await this.#readInfos(enriched, held), this.#grid.count)
    const results = new LabelsetMerger(this.#context)
    for (const column of columns) {
      if (this.#isInfo(column)) results.add(column)
      else this.#enrich(column, infos, results)
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
    held.release()
    await results.emitTo(emit)
  }

  /** Info series themselves stay as they are. */
  #isInfo({ labels }: Column): boolean {
    return this.#matchers.names.every((matcher) => matcher.matches(labels.metricName))
  }

  async #readInfos(series: readonly Column[], held: HeldColumns): Promise<Column[]> {
    const matchers = seriesMatchers(this.#matchers, series)
    if (matchers === undefined) return []
    const { offsetMs, atMs, position } = this.#plan
    const selector = { name: '', matchers, extension: 'none', offsetMs, atMs, position } as const
    const read = new InstantSelector(
      this.#context,
      { selector, hint: 'info', pick: 'timestamp', lookbackMs: this.#context.lookbackMs },
      this.#grid,
    )
    const infos: Column[] = []
    await read.run((column) => void infos.push(held.keep(column)))
    return infos
  }

  /** Splits a series by the info series that are current at its steps. */
  #enrich(column: Column, infos: InfoSeries, results: LabelsetMerger): void {
    const choices = infos.choicesFor(column.labels)
    const variants = new Map<string, { readonly labels: Labels | undefined; readonly present: Uint8Array }>()
    for (let step = 0; step < this.#grid.count; step++) {
      if (column.present[step] !== 1) continue
      const chosen = choices.map((choice) => choice[step]!)
      const key = chosen.join()
      const variant = variants.get(key) ?? {
        labels: this.#labelsWith(
          column.labels,
          chosen.flatMap((index) => infos.labelsOf(index) ?? []),
        ),
        present: new Uint8Array(this.#grid.count),
      }
      variants.set(key, variant)
      variant.present[step] = 1
    }
    for (const { labels, present } of variants.values()) {
      if (labels !== undefined) results.add(floatColumn(labels, column.values, present, column.dropName))
    }
  }

  /** Undefined where no info series was found although the query asks for a label. */
  #labelsWith(base: Labels, infos: readonly Labels[]): Labels | undefined {
    const { data } = this.#matchers
    if (infos.length === 0) return data.every((matcher) => matcher.matches('')) ? base : undefined
    const added = addedLabels(base, infos, new Set(data.map(({ name }) => name)))
    return Object.keys(added).length === 0 ? base : base.with(added)
  }
}
