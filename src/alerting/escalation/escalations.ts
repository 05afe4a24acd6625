import { z } from 'zod'
import type { StateStore } from '../../storage/state-store.ts'
import type { Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { groupMark } from '../acknowledgement/acknowledge-link.ts'
import { fingerprint } from '../fingerprint.ts'
import type { FlushedGroup } from '../notify/notify.ts'
import { type Escalation, type Ring, ringAfter, withoutStep } from './escalation.ts'

const KIND = 'escalation'

/** A call has at least this long to come through, however soon the next is due. */
const MIN_CALL_MS = 30_000

export interface EscalationsOptions {
  readonly store: StateStore
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
  /** What the configuration says for a receiver now; undefined: nobody is called. */
  readonly escalationOf: (receiver: string) => Escalation | undefined
  /** Whom a receiver telephones. */
  readonly numbersOf: (receiver: string) => readonly string[]
  /** The group with what of it still fires, is heard and is not acknowledged; undefined when that is nothing. */
  readonly unanswered: (group: FlushedGroup) => FlushedGroup | undefined
  /** Tells all channels of the receiver. */
  readonly ring: (group: FlushedGroup, receiver: string, signal: AbortSignal) => Promise<void>
}

/** A call of an escalation that reached nobody. */
export interface FailedCall {
  readonly group: FlushedGroup
  readonly receiver: string
}

/** How far the calls for one group have come. */
interface Course {
  readonly id: string
  /** Fingerprints of the firing alerts that somebody was called for. */
  readonly alerts: Set<string>
  /** Numbers that could not be reached by the last call. */
  readonly unreached: Set<string>
  rings: number
  nextAtMs: number
  /** As it was last seen; undefined after a restart, until its alerts have come again. */
  group: FlushedGroup | undefined
  cancelTimer: () => void
}

const document = z.object({ alerts: z.array(z.string()), rings: z.number(), nextAtMs: z.number() })

/**
 * Calls the next on the list until somebody acknowledges, over restarts. There are never more courses than groups that fire.
 * A course that has come to its end stays until its alerts resolve, so that it does not begin anew.
 */
export class Escalations {
  readonly #options: EscalationsOptions
  readonly #courses = new Map<string, Course>()
  readonly #byAlert = new Map<string, Set<Course>>()
  readonly #running = new Set<Promise<void>>()
  readonly #size: Gauge
  #stopped = new AbortController()

  constructor(options: EscalationsOptions) {
    this.#options = options
    this.#size = options.registry.gauge({
      name: 'tetrascope_escalations',
      help: 'Groups of alerts that somebody is or was called for and that are neither acknowledged nor resolved.',
    })
  }

  /** Reads how far an earlier run came. Calls go on when the alerts have come again. */
  async start(): Promise<void> {
    for (const [id, value] of await this.#options.store.documents(KIND)) {
      const kept = document.safeParse(value).data
      if (kept === undefined) continue
      this.#add({ id, rings: kept.rings, nextAtMs: kept.nextAtMs, group: undefined }, kept.alerts)
    }
  }

  /** Cancels calls under way and waits for them. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    for (const course of this.#courses.values()) course.cancelTimer()
    await Promise.all(this.#running)
  }

  /** Fingerprints of all alerts that somebody is called for. */
  alerts(): string[] {
    return [...this.#byAlert.keys()]
  }

  /** A group was told of: begins to call, or goes on. What joins a group whose calls have come to their end begins them anew. */
  follow(group: FlushedGroup): void {
    const escalation = this.#options.escalationOf(group.options.receiver)
    if (escalation === undefined) return
    const unanswered = this.#options.unanswered(group)
    if (unanswered === undefined) return
    const known = this.#courses.get(idOf(group))
    const firing = unanswered.alerts.map(({ labels }) => fingerprint(labels))
    if (known === undefined) return this.#begin(group, firing, escalation)
    const isNew = firing.some((alert) => !known.alerts.has(alert))
    for (const alert of firing) this.#link(known, alert)
    const isDormant = known.group === undefined
    known.group = group
    if (isNew && ringAfter(known.rings, escalation) === undefined) return this.#restart(known, escalation)
    if (isDormant) this.#schedule(known)
    if (isNew) this.#keep(known)
  }

  /** Nobody need be called for the alert any more: it has resolved. */
  resolved(alert: string): void {
    for (const course of this.#byAlert.get(alert) ?? []) {
      course.alerts.delete(alert)
      if (course.alerts.size === 0) this.#end(course)
    }
    this.#byAlert.delete(alert)
  }

  /** Ends the calls for groups that are answered for as a whole. */
  acknowledged(alerts: readonly string[]): void {
    const courses = new Set(alerts.flatMap((alert) => [...(this.#byAlert.get(alert) ?? [])]))
    for (const course of courses) {
      if (course.group !== undefined && this.#options.unanswered(course.group) === undefined) this.#end(course)
    }
  }

  /**
   * The telephone at the number could not be reached for the group that the mark names: when that is true of all whom the last call
   * was for, the next on the list is called at once. Gives the groups and receivers whose call it was.
   */
  callFailed(mark: string, number: string): FailedCall[] {
    const failed: FailedCall[] = []
    for (const course of this.#courses.values()) {
      const { group, rings } = course
      if (group === undefined || rings === 0 || groupMark(group.groupKey) !== mark) continue
      const escalation = this.#options.escalationOf(group.options.receiver)
      const receiver = escalation && ringAfter(rings - 1, escalation)?.receiver
      if (escalation === undefined || receiver === undefined) continue
      const numbers = this.#options.numbersOf(receiver)
      if (!numbers.includes(number)) continue
      failed.push({ group, receiver })
      course.unreached.add(number)
      if (numbers.every((one) => course.unreached.has(one))) this.#callNext(course, escalation)
    }
    return failed
  }

  // COURSES

  #begin(group: FlushedGroup, alerts: readonly string[], escalation: Escalation): void {
    const nextAtMs = this.#options.clock.now() + (ringAfter(0, escalation)?.waitMs ?? 0)
    const course = this.#add({ id: idOf(group), rings: 0, nextAtMs, group }, alerts)
    this.#keep(course)
    this.#schedule(course)
  }

  #restart(course: Course, escalation: Escalation): void {
    course.rings = 0
    course.nextAtMs = this.#options.clock.now() + (ringAfter(0, escalation)?.waitMs ?? 0)
    this.#keep(course)
    this.#schedule(course)
  }

  #add(fields: Omit<Course, 'alerts' | 'unreached' | 'cancelTimer'>, alerts: readonly string[]): Course {
    const course: Course = { ...fields, alerts: new Set(), unreached: new Set(), cancelTimer: () => undefined }
    this.#courses.set(course.id, course)
    for (const alert of alerts) this.#link(course, alert)
    this.#size.set({}, this.#courses.size)
    return course
  }

  #link(course: Course, alert: string): void {
    course.alerts.add(alert)
    const courses = this.#byAlert.get(alert) ?? new Set<Course>()
    this.#byAlert.set(alert, courses.add(course))
  }

  #end(course: Course): void {
    course.cancelTimer()
    this.#courses.delete(course.id)
    for (const alert of course.alerts) {
      const courses = this.#byAlert.get(alert)
      courses?.delete(course)
      if (courses?.size === 0) this.#byAlert.delete(alert)
    }
    this.#size.set({}, this.#courses.size)
    this.#write(course.id, undefined)
  }

  // CALLS

  #schedule(course: Course): void {
    course.cancelTimer()
    if (this.#stopped.signal.aborted) return
    const { clock } = this.#options
    course.cancelTimer = clock.after(Math.max(0, course.nextAtMs - clock.now()), () => this.#due(course))
  }

  /** Silenced meanwhile, or answered for: the course ends, and begins anew when the group is told of again. */
  #due(course: Course): void {
    const group = course.group === undefined ? undefined : this.#options.unanswered(course.group)
    const escalation = group === undefined ? undefined : this.#options.escalationOf(group.options.receiver)
    if (group === undefined || escalation === undefined) return this.#end(course)
    const ring = ringAfter(course.rings, escalation)
    if (ring === undefined) return
    course.unreached.clear()
    this.#call(group, ring)
    course.rings++
    course.nextAtMs = this.#options.clock.now() + (ringAfter(course.rings, escalation)?.waitMs ?? 0)
    this.#keep(course)
    this.#schedule(course)
  }

  #callNext(course: Course, escalation: Escalation): void {
    const rings = withoutStep(course.rings, escalation)
    if (rings === undefined) return
    course.rings = rings
    course.nextAtMs = this.#options.clock.now()
    this.#keep(course)
    this.#schedule(course)
  }

  #call(group: FlushedGroup, { receiver, everyMs }: Ring): void {
    const limit = new AbortController()
    const cancelTimeout = this.#options.clock.after(Math.max(everyMs, MIN_CALL_MS), () => limit.abort())
    const signal = AbortSignal.any([limit.signal, this.#stopped.signal])
    const running = this.#options
      .ring(group, receiver, signal)
      .catch((error: unknown) => {
        this.#options.logger.error({ group: group.groupKey, receiver, error: String(error) }, 'a call failed')
      })
      .finally(() => {
        cancelTimeout()
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  // STORE

  #keep({ id, alerts, rings, nextAtMs }: Course): void {
    this.#write(id, { alerts: [...alerts], rings, nextAtMs })
  }

  /** Counts at once, also when the store is away: after a crash one call more is better than one less. */
  #write(id: string, value: unknown): void {
    this.#options.store.putDocuments(KIND, new Map([[id, value]])).catch((error: unknown) => {
      this.#options.logger.warn({ error: String(error) }, 'how far an escalation has come could not be written down')
    })
  }
}

function idOf({ groupKey, options }: FlushedGroup): string {
  return `${groupKey}:${options.receiver}`
}
