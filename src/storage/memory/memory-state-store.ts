import type { StateStore } from '../state-store.ts'

/** Documents as JSON text, so that what is read is what a real store would give back and no caller shares an object with another. */
export class MemoryStateStore implements StateStore {
  readonly #kinds = new Map<string, Map<string, string>>()

  async documents(kind: string): Promise<ReadonlyMap<string, unknown>> {
    const stored = this.#kinds.get(kind) ?? new Map<string, string>()
    return new Map([...stored].map(([id, json]) => [id, JSON.parse(json) as unknown]))
  }

  async putDocuments(kind: string, documents: ReadonlyMap<string, unknown>): Promise<void> {
    const stored = this.#kinds.get(kind) ?? new Map<string, string>()
    this.#kinds.set(kind, stored)
    for (const [id, document] of documents) {
      if (document === undefined) stored.delete(id)
      else stored.set(id, JSON.stringify(document))
    }
  }
}
