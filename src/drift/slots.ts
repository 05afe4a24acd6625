import { mergedSets, SketchSet } from './sketch-set.ts'

/** A stretch of time and what was seen in it. */
export interface Slot {
  readonly startMs: number
  readonly endMs: number
  readonly sketches: SketchSet
}

export interface SlotChanges {
  /** Slots to write, by their id. */
  readonly changed: ReadonlyMap<string, Slot>
  readonly gone: ReadonlyArray<{ readonly id: string; readonly startMs: number }>
}

export interface SlotsOptions {
  /** Length of the slots that new requests go to. */
  readonly stepMs: number
  /** Length of the slots that old steps are put together to. */
  readonly blockMs: number
  /** Steps are put together when they are older than this. */
  readonly recentMs: number
  /** Slots are forgotten when they are older than this. */
  readonly keepMs: number
}

/** Sketches over time: fine steps for the newest, coarse blocks for what is older, nothing beyond. Knows what has changed since it was last asked. */
export class Slots {
  #options: SlotsOptions
  readonly #slots = new Map<string, Slot>()
  readonly #changed = new Set<string>()
  readonly #gone = new Map<string, number>()

  constructor(options: SlotsOptions) {
    this.#options = options
  }

  /** Other lengths from now on. Slots stay as long as they are until they are put together or forgotten. */
  resize(options: SlotsOptions): void {
    this.#options = options
  }

  /** Takes a slot as it was stored, of whatever length. */
  restore(slot: Slot): void {
    this.#slots.set(idOf(slot), slot)
  }

  /** The sketches for that time; undefined when it is older than all that is kept. */
  at(timeMs: number, nowMs: number): SketchSet | undefined {
    if (timeMs < nowMs - this.#options.keepMs) return undefined
    const isRecent = timeMs >= nowMs - this.#options.recentMs
    return this.#slotAt(timeMs, isRecent ? this.#options.stepMs : this.#options.blockMs).sketches
  }

  /** Puts old steps together and forgets what is too old. */
  roll(nowMs: number): void {
    const { blockMs, recentMs, keepMs } = this.#options
    for (const [id, slot] of this.#slots) {
      const isStep = slot.endMs - slot.startMs < blockMs
      if (slot.endMs <= nowMs - keepMs) this.#forget(id, slot)
      else if (isStep && slot.startMs < nowMs - recentMs) {
        this.#slotAt(slot.startMs, blockMs).sketches.merge(slot.sketches)
        this.#forget(id, slot)
      }
    }
  }

  /** All slots that begin in [fromMs, toMs), together. */
  between(fromMs: number, toMs: number): SketchSet {
    const chosen = [...this.#slots.values()].filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
    return mergedSets(chosen.map(({ sketches }) => sketches))
  }

  /** What has changed since the last call. */
  takeChanges(): SlotChanges {
    const changed = new Map<string, Slot>()
    for (const id of this.#changed) {
      const slot = this.#slots.get(id)
      if (slot !== undefined) changed.set(id, slot)
    }
    const gone = [...this.#gone].map(([id, startMs]) => ({ id, startMs })).filter(({ id }) => !this.#slots.has(id))
    this.#changed.clear()
    this.#gone.clear()
    return { changed, gone }
  }

  /** Makes changes count as changes again, after they could not be written. */
  takeBack({ changed, gone }: SlotChanges): void {
    for (const id of changed.keys()) this.#changed.add(id)
    for (const { id, startMs } of gone) this.#gone.set(id, startMs)
  }

  #slotAt(timeMs: number, lengthMs: number): Slot {
    const startMs = Math.floor(timeMs / lengthMs) * lengthMs
    const empty = { startMs, endMs: startMs + lengthMs, sketches: new SketchSet() }
    const id = idOf(empty)
    const slot = this.#slots.get(id) ?? empty
    this.#slots.set(id, slot)
    this.#changed.add(id)
    return slot
  }

  #forget(id: string, { startMs }: Slot): void {
    this.#slots.delete(id)
    this.#gone.set(id, startMs)
  }
}

function idOf({ startMs, endMs }: Slot): string {
  return `${startMs}-${endMs}`
}
