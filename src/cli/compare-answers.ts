import { readSettings } from '../app/settings.ts'
import { type ComparedPair, compareFiles, type PairSummary, PairTally } from '../evaluation/judge/compare-files.ts'
import { padRight } from '../util/text-width.ts'
import { CommandError } from './command-error.ts'
import { commandJudge } from './command-judge.ts'
import { explained } from './evaluate.ts'

export interface CompareFlags {
  /** The file with the other answers. */
  readonly compare: string
  readonly config?: string
  readonly format: 'jsonl' | 'table'
}

interface Output {
  readonly write: (text: string) => void
  readonly complain: (text: string) => void
}

/** Has the judge of a configuration say line by line whose answer is better, and sums up. Throws `CommandError`. */
export async function compareAnswers(file: string, flags: CompareFlags, { write, complain }: Output): Promise<void> {
  const { compare, config, format } = flags
  await explained(file, async () => {
    const settings = config === undefined ? undefined : readSettings(config)
    const judge = settings && commandJudge(settings)
    if (settings === undefined || judge === undefined)
      throw new CommandError('--compare needs --config FILE with a section evaluation.judge')
    const { criteria } = settings
    const onFailure = (criterion: string, reason: string): void => complain(`${criterion}: ${reason}\n`)
    const tally = new PairTally()
    for await (const pair of compareFiles(file, compare, { judge, criteria, onFailure })) {
      tally.add(pair)
      write(format === 'table' ? tableLines(pair) : `${JSON.stringify(pair)}\n`)
    }
    const summary = tally.summaries()
    if (summary.length === 0) throw new CommandError(`no pair of ${file} and ${compare} was judged`)
    // JSON lines stay what they are: the summary is for the reader.
    const tell = format === 'table' ? write : complain
    tell(summary.map((line) => summaryLine(line)).join(''))
  })
}

function tableLines({ id, results }: ComparedPair): string {
  return Object.entries(results)
    .map(([criterion, { winner, isConsistent, explanation }]) => {
      const cells = [padRight(String(id), 12), padRight(criterion, 24), padRight(winner, 4)]
      return `${cells.join(' ')} ${isConsistent ? '' : '(changed with the places) '}${explanation}\n`
    })
    .join('')
}

function summaryLine({ criterion, pairs, winsA, winsB, ties, inconsistent, ...rest }: PairSummary): string {
  const { shareB, interval, verdict } = rest
  const percent = (share: number): string => (100 * share).toFixed(1)
  const share =
    shareB === undefined
      ? 'never decided'
      : `B wins ${percent(shareB)} % of the decided (95 %: ${percent(interval.lower)}–${percent(interval.upper)} %)`
  const found = verdict === 'no evidence' ? 'no evidence of a difference' : `${verdict.toUpperCase()} is better`
  return (
    `${criterion}: ${pairs} pairs, A ${winsA}, B ${winsB}, ties ${ties} (${inconsistent} changed with the places); ` +
    `${share}; ${found}\n`
  )
}
