import { type Clock, systemClock } from '../util/clock.ts'

/** The clock of commands, which have nothing but their waiting that keeps the process alive. */
export const commandClock: Clock = {
  now: () => systemClock.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
