import { Anchor, Group, Select, Text } from '@mantine/core'
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import { formatSpanOfTime } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import {
  alignedAt,
  FIRST_RANGE,
  fixedRange,
  lengthOf,
  LIVE_RANGES,
  rangeKey,
  readRange,
  stepOf,
  withRange,
  type FixedRange,
  type Range,
} from '../range.ts'

/** Senders' clocks may run ahead of ours: lists show what they date into the near future as well. */
const AHEAD_MS = 60_000

export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

interface Ends {
  readonly start: number
  readonly end: number
}

interface RangeValue {
  /** Tells ranges apart, for the keys of queries. */
  readonly range: string
  /** Undefined while the range ends now. */
  readonly fixed: FixedRange | undefined
  readonly setRange: (range: Range) => void
  /** Looks at a stretch that was marked in a chart. */
  readonly zoom: (fromMs: number, toMs: number) => void
  /** For charts: both ends on whole steps, so that neighbouring refreshes ask for the same points. */
  readonly windowAt: (nowMs: number) => TimeWindow
  /** For sums: up to now itself. */
  readonly windowUpTo: (nowMs: number) => Ends
  /** For lists: with what clocks that run ahead have sent. */
  readonly listWindow: (nowMs: number) => Ends
  /** How often sums over the whole range are asked for again: seldom where they change little and take long. */
  readonly refreshMs: number
  /** For `rate`: four scrapes or one step, whichever is longer. */
  readonly rateWindow: string
  /** As a duration of the API. */
  readonly duration: string
}

const RangeContext = createContext<RangeValue | undefined>(undefined)

/** The range is one for all pages, and stands in the address, so that what somebody sees can be passed on. */
export function RangeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [search, setSearch] = useSearchParams()
  const [range, keepRange] = useState<Range>(() => readRange(search) ?? FIRST_RANGE)
  const address = search.toString()
  useEffect(() => {
    const given = new URLSearchParams(address)
    const asked = readRange(given)
    // Links within the pages say nothing about time: the range goes along.
    if (asked === undefined && range !== FIRST_RANGE) setSearch(withRange(given, range), { replace: true })
    if (asked !== undefined && rangeKey(asked) !== rangeKey(range)) keepRange(asked)
    // A range that was just chosen is in the address already: only another address is looked at.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [address])
  const setRange = useCallback(
    (next: Range): void => {
      keepRange(next)
      setSearch((current) => withRange(current, next), { replace: true })
    },
    [setSearch],
  )
  const value = useMemo<RangeValue>(() => rangeValue(range, setRange), [range, setRange])
  return <RangeContext value={value}>{children}</RangeContext>
}

function rangeValue(range: Range, setRange: (range: Range) => void): RangeValue {
  const stepMs = stepOf(range)
  const fixed = typeof range === 'string' ? undefined : range
  const windowUpTo = (nowMs: number): Ends =>
    fixed === undefined
      ? { start: alignedAt(range, nowMs).startMs, end: nowMs }
      : { start: fixed.startMs, end: fixed.endMs }
  return {
    range: rangeKey(range),
    fixed,
    setRange,
    zoom: (fromMs, toMs) => setRange(fixedRange(fromMs, toMs)),
    windowAt: (nowMs) => ({ ...alignedAt(range, nowMs), stepMs }),
    windowUpTo,
    listWindow: (nowMs) => {
      const { start, end } = windowUpTo(nowMs)
      return { start, end: fixed === undefined ? end + AHEAD_MS : end }
    },
    refreshMs: Math.min(60_000, Math.max(5_000, stepMs)),
    rateWindow: `${Math.max(60, stepMs / 1000)}s`,
    duration: `${Math.round(lengthOf(range) / 1000)}s`,
  }
}

export function useRange(): RangeValue {
  const value = useContext(RangeContext)
  if (value === undefined) throw new Error('useRange needs a RangeProvider around it')
  return value
}

export function RangeSelect(): ReactNode {
  const { range, fixed, setRange } = useRange()
  const { t } = useLanguage()
  const chosen = fixed === undefined ? [] : [{ value: range, label: formatSpanOfTime(fixed.startMs, fixed.endMs) }]
  return (
    <Select
      aria-label={t('timeRange')}
      data={[...LIVE_RANGES, ...chosen]}
      value={range}
      onChange={(value) => {
        const live = LIVE_RANGES.find((name) => name === value)
        if (live !== undefined) setRange(live)
      }}
      size="xs"
      w={fixed === undefined ? 80 : 172}
      allowDeselect={false}
    />
  )
}

/** While a stretch of the past is looked at: that it is, what else there is to see of it, and the way back. */
export function FixedRangeNote(): ReactNode {
  const { fixed, setRange } = useRange()
  const { t } = useLanguage()
  if (fixed === undefined) return null
  return (
    <Group gap="sm" mb="sm" data-note="fixed-range">
      <Text size="sm">
        {t('lookingAt')} {formatSpanOfTime(fixed.startMs, fixed.endMs)}:
      </Text>
      <Anchor component={Link} href="/requests" size="sm">
        {t('requests')}
      </Anchor>
      <Anchor component={Link} href="/logs" size="sm">
        {t('logs')}
      </Anchor>
      <Anchor component="button" size="sm" onClick={() => setRange(FIRST_RANGE)}>
        {t('backToNow')}
      </Anchor>
    </Group>
  )
}
