import type { Evaluation, EvaluationSpan } from '../../model/evaluation.ts'
import type { TimeRange } from '../sample-store.ts'
import type { EvaluationQuery, EvaluationStore, EvaluationTotals } from '../store.ts'
import type { Connection, InsertTarget } from './connection.ts'
import { float, milliseconds, optionalText, text, type Column } from './native-writer.ts'
import { numberOf, optionalTextOf, rowsOf, textOf, type ResultRow } from './result-row.ts'
import { and, sql, Sql } from './sql.ts'
import { TableWriter, type CommitOptions } from './table-writer.ts'
import { timeCondition } from './time-condition.ts'

const COLUMNS: readonly Column<Evaluation>[] = [
  text('trace_id', ({ traceId }) => traceId),
  text('span_id', ({ spanId }) => spanId),
  text('evaluator', ({ evaluator }) => evaluator),
  text('evaluator_version', ({ evaluatorVersion }) => evaluatorVersion),
  milliseconds('time', ({ timeMs }) => timeMs),
  text('model', ({ model }) => model),
  float('score', ({ score }) => score),
  text('verdict', ({ verdict }) => verdict),
  optionalText('label', ({ label }) => label),
  text('explanation', ({ explanation }) => explanation),
  optionalText('spans', ({ spans }) => (spans === undefined ? undefined : JSON.stringify(spans))),
]

export const EVALUATION_TARGET: InsertTarget = { table: 'evaluations', columns: COLUMNS.map(({ name }) => name) }

const SELECT = new Sql(
  COLUMNS.map(({ name }) => (name === 'time' ? 'toUnixTimestamp64Milli(time) AS time_ms' : name)).join(', '),
)

/** Evaluations by request in `evaluations`; `evaluation_times` finds them by time. */
export class EvaluationTable implements EvaluationStore {
  readonly #connection: Connection
  readonly #writer: TableWriter<Evaluation>

  constructor(connection: Connection, options: CommitOptions) {
    this.#connection = connection
    this.#writer = new TableWriter(connection, 'evaluations', COLUMNS, options)
  }

  writeEvaluations(evaluations: readonly Evaluation[]): Promise<void> {
    return this.#writer.write(evaluations)
  }

  async evaluationsOf(traceId: string, spanId: string): Promise<Evaluation[]> {
    const statement = sql`
      SELECT ${SELECT} FROM evaluations FINAL WHERE trace_id = ${traceId} AND span_id = ${spanId}
      ORDER BY evaluator, evaluator_version`
    return rowsOf(await this.#connection.query(statement)).map(readEvaluation)
  }

  async evaluations({ range, evaluator, verdict, limit }: EvaluationQuery): Promise<Evaluation[]> {
    const conditions = [timeCondition('time', range)]
    if (evaluator !== undefined) conditions.push(sql`evaluator = ${evaluator}`)
    if (verdict !== undefined) conditions.push(sql`verdict = ${verdict}`)
    // An evaluation that was made again later still stands at its first time here; what `evaluations` says then has another time.
    const statement = sql`
      SELECT ${SELECT} FROM evaluations FINAL
      WHERE (trace_id, span_id, evaluator, evaluator_version, time) IN (
        SELECT trace_id, span_id, evaluator, evaluator_version, time FROM evaluation_times FINAL
        WHERE ${and(conditions)} ORDER BY time DESC LIMIT ${2 * limit}
      ) AND ${and(conditions)}
      ORDER BY time DESC, trace_id, span_id, evaluator LIMIT ${limit}`
    return rowsOf(await this.#connection.query(statement)).map(readEvaluation)
  }

  async evaluationTotals(range: TimeRange): Promise<EvaluationTotals[]> {
    // By time alone this reads some narrow columns of everything; finding the rows by their keys first costs more as soon as they are many.
    const statement = sql`
      SELECT evaluator, evaluator_version, model, count() AS count, countIf(verdict = 'flagged') AS flagged,
        sum(score) AS score_sum
      FROM evaluations FINAL WHERE ${timeCondition('time', range)}
      GROUP BY evaluator, evaluator_version, model`
    return rowsOf(await this.#connection.query(statement)).map((row) => ({
      evaluator: textOf(row, 'evaluator'),
      evaluatorVersion: textOf(row, 'evaluator_version'),
      model: textOf(row, 'model'),
      count: numberOf(row, 'count'),
      flagged: numberOf(row, 'flagged'),
      scoreSum: numberOf(row, 'score_sum'),
    }))
  }

  drain(): Promise<void> {
    return this.#writer.drain()
  }
}

function readEvaluation(row: ResultRow): Evaluation {
  const label = optionalTextOf(row, 'label')
  const spans = optionalTextOf(row, 'spans')
  return {
    traceId: textOf(row, 'trace_id'),
    spanId: textOf(row, 'span_id'),
    evaluator: textOf(row, 'evaluator'),
    evaluatorVersion: textOf(row, 'evaluator_version'),
    timeMs: numberOf(row, 'time_ms'),
    model: textOf(row, 'model'),
    score: numberOf(row, 'score'),
    verdict: textOf(row, 'verdict') as Evaluation['verdict'],
    explanation: textOf(row, 'explanation'),
    ...(label === undefined ? {} : { label }),
    ...(spans === undefined ? {} : { spans: JSON.parse(spans) as EvaluationSpan[] }),
  }
}
