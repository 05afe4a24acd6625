import { expect, test } from 'vitest'
import { isResolved } from '../model/alert.ts'
import { Labels } from '../model/labels.ts'
import { FlapDamper } from './flap-damper.ts'

const MINUTE = 60_000
const LABELS = Labels.from({ alertname: 'A' })

/** Once a minute the alert is sent as firing (`f`) or resolved (`r`); the answer is how it is taken. */
function timeline(sent: string, resolves: number): string {
  const damper = new FlapDamper({ resolves, windowMs: 5 * MINUTE })
  return Array.from(sent, (state, i) => {
    const nowMs = (i + 1) * MINUTE
    const endsAtMs = state === 'r' ? nowMs : nowMs + 60 * MINUTE
    const alert = {
      labels: LABELS,
      annotations: {},
      startsAtMs: 0,
      endsAtMs,
      generatorUrl: '',
      updatedAtMs: nowMs,
      timeout: false,
    }
    return isResolved(damper.damp(alert, nowMs), nowMs) ? 'r' : 'f'
  }).join('')
}

test.each([
  ['damps nothing unless asked to', 'frfrfrfr', 0, 'frfrfrfr'],
  ['the third time within the window is held', 'frfrfrfr', 3, 'frfrffff'],
  ['sent as resolved again and again is one time', 'frrrrrrr', 2, 'frrrrrrr'],
  ['let go after a quiet window', 'frfrrrrrrr', 2, 'frffffffrr'],
])('%s', (_name, sent, resolves, taken) => expect(timeline(sent, resolves)).toBe(taken))
