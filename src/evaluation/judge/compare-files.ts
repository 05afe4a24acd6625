import { type InputLine, InputLineError, readInputLines } from '../evaluate-file.ts'
import { type Interval, wilsonInterval } from '../wilson-interval.ts'
import type { Criterion } from './criterion.ts'
import type { Comparison, Judge } from './judge.ts'

/** Which answer of a pair is better by one criterion: that of file A, that of file B, or neither. */
export interface PairResult {
  readonly winner: 'a' | 'b' | 'tie'
  /** Whether the judge said the same when the answers had changed places; where it did not, it is a tie. */
  readonly isConsistent: boolean
  readonly explanation: string
}

/** A pair of answers under one id, by the names of the criteria that apply. */
export interface ComparedPair {
  readonly id: string | number
  readonly results: Readonly<Record<string, PairResult>>
}

/** What all pairs say by one criterion. */
export interface PairSummary {
  readonly criterion: string
  readonly pairs: number
  readonly winsA: number
  readonly winsB: number
  readonly ties: number
  /** Ties because the judge changed its mind with the places. */
  readonly inconsistent: number
  /** How often B won where one of them did, 0-1; undefined when none ever did. */
  readonly shareB: number | undefined
  readonly interval: Interval
  /** `no evidence` as long as the interval holds one half. */
  readonly verdict: 'a' | 'b' | 'no evidence'
}

export interface CompareFilesOptions {
  readonly judge: Pick<Judge, 'compare'>
  readonly criteria: readonly Criterion[]
  /** Told of a pair that could not be judged. */
  readonly onFailure: (criterion: string, reason: string) => void
}

/**
 * Has the answers of two JSON-lines files compared, those with the same id (without ids those of the same line). The question is that of file A;
 * lines whose id the other file does not have are left out. Throws `InputLineError` at a bad line, and where the two questions differ. File B
 * is held in memory.
 */
export async function* compareFiles(
  fileA: string,
  fileB: string,
  { judge, criteria, onFailure }: CompareFilesOptions,
): AsyncGenerator<ComparedPair> {
  const others = new Map<string, InputLine>()
  for await (const line of readInputLines(fileB)) others.set(String(line.id), line)
  for await (const { id, number, input } of readInputLines(fileA)) {
    const other = others.get(String(id))
    if (other === undefined) continue
    if (other.input.prompt !== input.prompt)
      throw new InputLineError(fileA, number, `prompt: differs from that of id ${id} at ${fileB}:${other.number}`)
    const answers = [input.response, other.input.response] as const
    const compared = await Promise.all(criteria.map((criterion) => judge.compare(criterion, input, answers)))
    const results: Record<string, PairResult> = {}
    for (const [i, { name }] of criteria.entries()) {
      const found = compared[i]
      if (found?.kind === 'compared') results[name] = resultOf(found)
      else if (found?.kind === 'failed') onFailure(name, found.reason)
    }
    yield { id, results }
  }
}

/** The pairs summed up, by criterion in the order of their first appearance. */
export class PairTally {
  readonly #found = new Map<string, PairResult[]>()

  add({ results }: ComparedPair): void {
    for (const [criterion, result] of Object.entries(results))
      this.#found.set(criterion, [...(this.#found.get(criterion) ?? []), result])
  }

  summaries(): PairSummary[] {
    return [...this.#found].map(([criterion, results]) => summaryOf(criterion, results))
  }
}

function summaryOf(criterion: string, results: readonly PairResult[]): PairSummary {
  const count = (test: (result: PairResult) => boolean): number => results.filter(test).length
  const [winsA, winsB] = [count(({ winner }) => winner === 'a'), count(({ winner }) => winner === 'b')]
  const decided = winsA + winsB
  const interval = wilsonInterval(winsB, decided)
  return {
    criterion,
    pairs: results.length,
    winsA,
    winsB,
    ties: results.length - decided,
    inconsistent: count(({ isConsistent }) => !isConsistent),
    shareB: decided === 0 ? undefined : winsB / decided,
    interval,
    verdict: interval.lower > 0.5 ? 'b' : interval.upper < 0.5 ? 'a' : 'no evidence',
  }
}

function resultOf({ winner, isConsistent, explanation }: Comparison & { readonly kind: 'compared' }): PairResult {
  const sides = { first: 'a', second: 'b', tie: 'tie' } as const
  return { winner: sides[winner], isConsistent, explanation }
}
