import { z } from 'zod'
import type { StateStore } from '../storage/state-store.ts'
import { SketchSet } from './sketch-set.ts'
import type { Slots } from './slots.ts'

const HOUR_MS = 3_600_000

const slotDocument = z.object({ startMs: z.number(), endMs: z.number(), sketches: z.unknown() })

export interface SlotArchiveOptions {
  readonly state: StateStore
  readonly slots: Slots
  /** The kind of document for slots that begin then. */
  readonly kindOf: (startMs: number) => string
  /** Whether a slot that memory forgets stays in the store, for somebody else to read and delete. */
  readonly keepsForgotten: boolean
}

/** Writes slots through to the state store and reads them back. */
export class SlotArchive {
  readonly #options: SlotArchiveOptions

  constructor(options: SlotArchiveOptions) {
    this.#options = options
  }

  /** Takes back what belongs to now. A document that cannot be read rejects with `ZodError`. */
  async load(nowMs: number): Promise<void> {
    const { state, slots, kindOf } = this.#options
    for (const kind of new Set([kindOf(nowMs), kindOf(nowMs - HOUR_MS)])) {
      for (const document of (await state.documents(kind)).values()) {
        const { startMs, endMs, sketches } = slotDocument.parse(document)
        slots.restore({ startMs, endMs, sketches: SketchSet.fromDocument(sketches) })
      }
    }
    slots.roll(nowMs)
  }

  /** Writes what has changed since the last time; what could not be written is written the next time. */
  async save(): Promise<void> {
    const { state, slots, kindOf, keepsForgotten } = this.#options
    const { changed, gone } = slots.takeChanges()
    const byKind = new Map<string, Map<string, unknown>>()
    const put = (startMs: number, id: string, document: unknown): void => {
      const kind = kindOf(startMs)
      byKind.set(kind, (byKind.get(kind) ?? new Map<string, unknown>()).set(id, document))
    }
    for (const [id, slot] of changed) put(slot.startMs, id, { ...slot, sketches: slot.sketches.toDocument() })
    for (const { id, startMs } of keepsForgotten ? [] : gone) put(startMs, id, undefined)
    try {
      for (const [kind, documents] of byKind) await state.putDocuments(kind, documents)
    } catch (error) {
      slots.takeBack({ changed, gone })
      throw error
    }
  }
}
