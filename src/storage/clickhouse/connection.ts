import { Sql } from './sql.ts'

/** A way to a ClickHouse: the engine inside this process, or a server over HTTP. What is above it does not know which. */
export interface Connection {
  /** Present where the engine reads files of this machine. */
  readonly files?: LocalFiles
  /** Runs a statement that returns nothing. */
  command(statement: Sql): Promise<void>
  /** As `command`, for what takes long and nobody waits for: other statements do not wait for it either. */
  maintain(statement: Sql): Promise<void>
  /** Appends blocks in Native format to a table as one insert: all of it is committed when the promise resolves, nothing when it rejects. */
  insert(target: InsertTarget, blocks: readonly Buffer[]): Promise<void>
  /**
   * The whole result in Native format; callers ask for no more than they can hold.
   * After an abort the promise rejects, and the statement ends soon by itself (its time is limited).
   */
  query(statement: Sql, signal?: AbortSignal): Promise<Buffer>
  /** The result as a file, written by the engine and read piece by piece: it need not fit into memory here. */
  export(statement: Sql, format: ExportTarget): AsyncIterable<Buffer>
  /** Waits for what is under way. Idempotent. */
  close(): Promise<void>
}

/** Files that the engine inserts as they are. */
export interface LocalFiles {
  /** Where such files may be kept. */
  readonly directory: string
  /** As `Connection.insert`, of a file of blocks; beside other inserts, which a large file does not keep waiting. */
  insert(target: InsertTarget, file: string): Promise<void>
}

/** Formats of the engine that results are exported in. */
export type ExportTarget = 'JSONEachRow' | 'CSVWithNames' | 'Parquet'

export interface InsertTarget {
  readonly table: string
  readonly columns: readonly string[]
}

/** Settings of every statement. */
export const STATEMENT_SETTINGS = {
  // A label list of a big selection or a batch of an import is longer and wider than the defaults allow.
  max_query_size: '16777216',
  max_partitions_per_insert_block: '10000',
  max_execution_time: 120,
  max_insert_threads: '1',
  // Rows of one insert stay together in one part per partition; the writer bounds the insert itself.
  min_insert_block_size_rows: '4000000',
  min_insert_block_size_bytes: '536870912',
  // The last of two statements about one key wins: rows must reach the table in the order of the file.
  parallelize_output_from_storages: 0,
  use_skip_indexes_if_final: 1,
  // Rows of equal keys in one insert are told apart when they are read and merged, as those of different inserts are.
  optimize_on_insert: 0,
} as const

/** Numbers as numbers, also those of 64 bits: none of ours is above 2^53. */
export const EXPORT_SETTINGS = new Sql('output_format_json_quote_64bit_integers = 0')
