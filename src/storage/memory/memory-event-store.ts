import type { Event } from '../../model/event.ts'
import type { EventQuery, EventStore } from '../store.ts'

/** Events by id. */
export class MemoryEventStore implements EventStore {
  readonly #events = new Map<string, Event>()

  async writeEvents(events: readonly Event[]): Promise<void> {
    for (const event of events) this.#events.set(event.id, event)
  }

  remove(isDoomed: (event: Event) => boolean): void {
    for (const [id, event] of this.#events) if (isDoomed(event)) this.#events.delete(id)
  }

  async events({ range, type, userId, sessionId, traceId, limit }: EventQuery): Promise<Event[]> {
    return [...this.#events.values()]
      .filter(({ timeMs }) => timeMs >= range.minMs && timeMs <= range.maxMs)
      .filter((event) => type === undefined || event.type === type)
      .filter((event) => userId === undefined || event.userId === userId)
      .filter((event) => sessionId === undefined || event.sessionId === sessionId)
      .filter((event) => traceId === undefined || event.traceId === traceId)
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, limit)
  }
}
