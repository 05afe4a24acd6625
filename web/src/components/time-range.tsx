import { Select } from '@mantine/core'
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'

const RANGES: ReadonlyArray<readonly [value: string, minutes: number]> = [
  ['5m', 5],
  ['15m', 15],
  ['1h', 60],
  ['6h', 360],
  ['24h', 1_440],
  ['7d', 10_080],
]

/** Steps of a chart: more than its pixels would be wasted. */
const STEPS = 120

export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

interface RangeValue {
  readonly range: string
  readonly setRange: (range: string) => void
  /** The window that ends now, its ends on whole steps so that neighbouring refreshes ask for the same points. */
  readonly windowAt: (nowMs: number) => TimeWindow
  /** The window from there on, up to now itself. */
  readonly windowUpTo: (nowMs: number) => { readonly start: number; readonly end: number }
  /** How often sums over the whole range are asked for again: seldom where they change little and take long. */
  readonly refreshMs: number
  /** For `rate`: four scrapes or one step, whichever is longer. */
  readonly rateWindow: string
}

const RangeContext = createContext<RangeValue | undefined>(undefined)

export function RangeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [range, setRange] = useState('5m')
  const value = useMemo<RangeValue>(() => {
    const minutes = RANGES.find(([name]) => name === range)?.[1] ?? 15
    const stepMs = Math.max(5_000, Math.ceil((minutes * 60_000) / STEPS / 5_000) * 5_000)
    const windowAt = (nowMs: number): TimeWindow => {
      const endMs = Math.floor(nowMs / stepMs) * stepMs
      return { startMs: endMs - minutes * 60_000, endMs, stepMs }
    }
    return {
      range,
      setRange,
      rateWindow: `${Math.max(60, stepMs / 1000)}s`,
      refreshMs: Math.min(60_000, Math.max(5_000, stepMs)),
      windowAt,
      windowUpTo: (nowMs) => ({ start: windowAt(nowMs).startMs, end: nowMs }),
    }
  }, [range])
  return <RangeContext value={value}>{children}</RangeContext>
}

export function useRange(): RangeValue {
  const value = useContext(RangeContext)
  if (value === undefined) throw new Error('useRange needs a RangeProvider around it')
  return value
}

export function RangeSelect(): ReactNode {
  const { range, setRange } = useRange()
  const { t } = useLanguage()
  return (
    <Select
      aria-label={t('timeRange')}
      data={RANGES.map(([value]) => value)}
      value={range}
      onChange={(value) => value !== null && setRange(value)}
      size="xs"
      w={80}
      allowDeselect={false}
    />
  )
}
