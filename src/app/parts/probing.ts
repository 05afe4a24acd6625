import { readCriteria } from '../../evaluation/judge/criterion-file.ts'
import type { Judge } from '../../evaluation/judge/judge.ts'
import { ProbeMonitor } from '../../evaluation/probes/probe-monitor.ts'
import { NO_JUDGE, type ProbeJudge } from '../../evaluation/probes/probe-run.ts'
import type { Base } from './base.ts'
import type { Requests } from './requests.ts'
import type { Storing } from './storing.ts'

export interface Probing {
  readonly probes: ProbeMonitor
}

/** Golden data sets that are asked of endpoints on schedule. */
export function constructProbing(base: Base, { store }: Storing, { prices, judging }: Requests): Probing {
  const { settings, clock, random, logger, instruments } = base
  const { state, events } = store
  const judge = probeJudge(() => judging.judge, settings.folder)
  const costOf = prices.costOfUsage.bind(prices)
  return {
    probes: new ProbeMonitor({ state, events, instruments, clock, random, logger, costOf, judge }, settings.probes),
  }
}

/** Criteria are named as in `evaluation.judge.criteria`; files of criteria are found from `folder`. */
export function probeJudge(judgeNow: () => Judge | undefined, folder: string): ProbeJudge {
  return async (name, { prompt, response, reference }) => {
    const judge = judgeNow()
    if (judge === undefined) return { problem: NO_JUDGE }
    try {
      const [criterion] = readCriteria([name], folder)
      if (criterion === undefined) return { problem: `no criterion ${JSON.stringify(name)}` }
      const input = { prompt, response, reference, context: [], system: '', model: '' }
      const found = await judge.judge(criterion, input)
      switch (found.kind) {
        case 'judged':
          return found.score
        case 'not_applicable':
          return { problem: `the criterion ${name} needs ${found.missing}` }
        case 'failed':
          return { problem: found.reason }
      }
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) }
    }
  }
}
