import { describe, expect, test } from 'vitest'
import { Labels } from '../model/labels.ts'
import { type ActiveAlerts, advance, needsSending, worstState } from './alert-state.ts'

const MINUTE = 60_000
const LABELS = Labels.from({ alertname: 'A', instance: 'x' })

interface Timing {
  readonly for?: number
  readonly keepFiringFor?: number
}

/** Evaluates once a minute; each character says whether the condition holds (`1`) and the answer is the state after it. */
function timeline(conditions: string, timing: Timing = {}): string {
  let alerts: ActiveAlerts = new Map()
  const states = Array.from(conditions).map((condition, i) => {
    const candidate = { labels: LABELS, annotations: {}, value: i }
    const candidates = new Map(condition === '1' ? [[LABELS.key, candidate]] : [])
    alerts = advance(alerts, candidates, {
      nowMs: i * MINUTE,
      holdMs: (timing.for ?? 0) * MINUTE,
      keepFiringMs: (timing.keepFiringFor ?? 0) * MINUTE,
    })
    const [alert] = alerts.values()
    return alert === undefined ? '-' : alert.state.slice(0, 1)
  })
  return states.join('')
}

/** `-` no alert, `p` pending, `f` firing, `i` over but still told of. */
describe('the life of an alert', () => {
  test.each<[string, string, Timing, string]>([
    ['fires at once without for', '011', {}, '-ff'],
    ['is pending for the time of for', '11111', { for: 3 }, 'pppff'],
    ['is forgotten when it never fired', '1101', { for: 3 }, 'pp-p'],
    ['is over when the condition is', '110', {}, 'ffi'],
    ['begins anew after it was over', '1101', {}, 'ffif'],
    ['begins anew as pending with for', '11101', { for: 2 }, 'ppfip'],
    ['keeps firing', '110001', { keepFiringFor: 3 }, 'ffffff'],
    ['keeps firing only so long', '100000', { keepFiringFor: 3 }, 'ffffii'],
    ['keeps firing anew after each time it held', '1001000', { keepFiringFor: 3 }, 'fffffff'],
    ['pending does not keep', '1100', { for: 2, keepFiringFor: 5 }, 'pp--'],
    ['is told of for 15 minutes after its end', `1${'0'.repeat(18)}`, {}, `f${'i'.repeat(16)}--`],
  ])('%s', (_name, conditions, timing, states) => expect(timeline(conditions, timing)).toBe(states))
})

test('value and annotations follow, the beginning stays', () => {
  const at = (nowMs: number, alerts: ActiveAlerts, value: number): ActiveAlerts =>
    advance(alerts, new Map([[LABELS.key, { labels: LABELS, annotations: { v: String(value) }, value }]]), {
      nowMs,
      holdMs: 0,
      keepFiringMs: 0,
    })
  const [alert] = at(60_000, at(0, new Map(), 1), 2).values()
  expect(alert).toMatchObject({ value: 2, annotations: { v: '2' }, activeAtMs: 0, firedAtMs: 0, state: 'firing' })
})

test('a longer for after a reload takes a firing alert back to pending', () => {
  const candidates = new Map([[LABELS.key, { labels: LABELS, annotations: {}, value: 1 }]])
  const firing = advance(new Map(), candidates, { nowMs: 0, holdMs: 0, keepFiringMs: 0 })
  const [alert] = advance(firing, candidates, { nowMs: 1, holdMs: MINUTE, keepFiringMs: 0 }).values()
  expect(alert).toMatchObject({ state: 'pending', firedAtMs: undefined, lastSentAtMs: undefined })
})

describe('sending', () => {
  const candidates = new Map([[LABELS.key, { labels: LABELS, annotations: {}, value: 1 }]])
  const timing = { nowMs: 0, holdMs: 0, keepFiringMs: 0 }
  const [firing] = advance(new Map(), candidates, timing).values()
  const [pending] = advance(new Map(), candidates, { ...timing, holdMs: 1 }).values()

  test('never while pending, at once when firing, then at the resend delay', () => {
    if (firing === undefined || pending === undefined) throw new Error('both alerts exist')
    expect(needsSending(pending, 0, MINUTE)).toBe(false)
    expect(needsSending(firing, 0, MINUTE)).toBe(true)
    const sent = { ...firing, lastSentAtMs: 0 }
    expect(needsSending(sent, MINUTE, MINUTE)).toBe(false)
    expect(needsSending(sent, MINUTE + 1, MINUTE)).toBe(true)
  })

  test('a resolved alert goes out at once, then at the resend delay', () => {
    if (firing === undefined) throw new Error('the alert exists')
    const resolved = { ...firing, state: 'inactive' as const, resolvedAtMs: 1_000, lastSentAtMs: 500 }
    expect(needsSending(resolved, 1_000, MINUTE)).toBe(true)
    expect(needsSending({ ...resolved, lastSentAtMs: 1_000 }, 1_001, MINUTE)).toBe(false)
  })
})

test('the worst state of a rule', () => {
  const candidates = new Map([[LABELS.key, { labels: LABELS, annotations: {}, value: 1 }]])
  const pending = advance(new Map(), candidates, { nowMs: 0, holdMs: 1, keepFiringMs: 0 })
  expect(worstState([])).toBe('inactive')
  expect(worstState(pending.values())).toBe('pending')
})
