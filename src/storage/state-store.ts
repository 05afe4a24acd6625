/**
 * Small documents that the product must not forget: silences, notification log, users, drift references.
 * Owners read their documents at start and hold them in memory; every change is written through.
 */
export interface StateStore {
  /** All documents of a kind that are not deleted, by id. */
  documents(kind: string): Promise<ReadonlyMap<string, unknown>>
  /** Writes JSON values; resolves when committed. The last write of an id wins; `undefined` deletes. */
  putDocuments(kind: string, documents: ReadonlyMap<string, unknown>): Promise<void>
}
