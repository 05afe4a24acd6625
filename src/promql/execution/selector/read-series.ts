import type { Series } from '../../../model/series.ts'
import type { SelectHints, TimeRange } from '../../../storage/sample-store.ts'
import type { SelectorPlan } from '../../plan/node.ts'
import type { UnreadSeries } from '../leaf/read-here.ts'
import type { QueryContext } from '../query-context.ts'

/** The series of a selector before they are read, where there is a second thread to read them and all of them are in memory. */
export async function findUnread(
  { reader, secondThread }: QueryContext,
  selector: Pick<SelectorPlan, 'matchers'>,
  range: TimeRange,
): Promise<UnreadSeries | undefined> {
  if (secondThread === undefined) return undefined
  const selection = await reader.selectPacked?.(selector.matchers, range)
  return selection === undefined ? undefined : { selection, range }
}

/**
 * Reads the series of a selector one by one, giving way between them. A visited series is lent for the duration of the call, and until what it
 * returns is settled.
 */
export async function readSeries(
  context: QueryContext,
  selector: Pick<SelectorPlan, 'matchers'>,
  read: { readonly range: TimeRange; readonly hints: SelectHints },
  visit: (series: Series) => Promise<void> | undefined | void,
): Promise<void> {
  const { reader, pace, accounts } = context
  pace.check()
  try {
    for await (const block of reader.select(selector.matchers, read.range, read.hints, pace)) {
      accounts.seriesTouched += block.length
      for (const series of block) {
        accounts.samplesTouched += series.values.length
        const more = visit(series)
        if (more !== undefined) await more
        if (pace.due) await pace.rest()
      }
      if (block.length === 0 && pace.due) await pace.rest()
    }
    // A store that heeds the signal may also just stop.
    pace.check()
  } catch (error) {
    // A store that heeds the signal fails in its own words; the query's are wanted.
    pace.check()
    throw error
  }
}
