import type { LogRecord } from '../../model/log-record.ts'
import { searchWords } from '../search-words.ts'
import type { LogQuery, LogStore } from '../store.ts'

/** Log records in the order in which they were written. */
export class MemoryLogStore implements LogStore {
  #records: LogRecord[] = []

  async writeLogs(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) this.#records.push(record)
  }

  remove(isDoomed: (record: LogRecord) => boolean): void {
    this.#records = this.#records.filter((record) => !isDoomed(record))
  }

  async logs({ range, level, service, traceId, text, limit }: LogQuery): Promise<LogRecord[]> {
    const words = searchWords(text ?? '')
    return this.#records
      .filter(({ timeMs }) => timeMs >= range.minMs && timeMs <= range.maxMs)
      .filter((record) => level === undefined || record.level === level)
      .filter((record) => service === undefined || record.service === service)
      .filter((record) => traceId === undefined || record.traceId === traceId)
      .filter(({ body }) => words.every((word) => body.toLowerCase().includes(word)))
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, limit)
  }
}
