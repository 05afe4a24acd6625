import { constructJudge, limitsOf } from '../app/parts/judging.ts'
import type { Settings } from '../app/settings.ts'
import { JudgeBudget } from '../evaluation/judge/judge-budget.ts'
import { JudgeInstruments } from '../evaluation/judge/judge-instruments.ts'
import type { Judge } from '../evaluation/judge/judge.ts'
import { PriceTable } from '../pricing/price-table.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { commandClock } from './command-clock.ts'

/** The budget of a command is its own: it does not know what the server spends. */
const FORGETFUL = { documents: async () => new Map<string, unknown>(), putDocuments: async () => undefined }

/** The judge that a configuration names, for the length of a command; undefined when it names none. */
export function commandJudge({ evaluation, config }: Settings): Judge | undefined {
  const { judge } = evaluation
  if (judge === undefined) return undefined
  const budget = new JudgeBudget({
    ...limitsOf(judge),
    clock: commandClock,
    state: FORGETFUL,
    onSaveFailure: () => undefined,
  })
  const instruments = new JudgeInstruments(new InstrumentRegistry())
  const prices = new PriceTable(config.pricing)
  return constructJudge({ clock: commandClock, random: Math.random }, judge, { prices, instruments, budget })
}
