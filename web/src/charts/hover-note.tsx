import { Paper, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ChartData } from './chart-data.ts'
import { colorOf } from './colors.ts'
import { formatClock, formatNumber } from './format.ts'
import { Swatch } from './swatch.tsx'

/** More would cover the page. */
const SHOWN_LINES = 10

/** Where the pointer stands in a chart. */
export interface Hovered {
  readonly index: number
  /** From the left edge, 0 to 1. */
  readonly share: number
}

export interface HoverNoteProps {
  readonly data: ChartData
  readonly unit: string
  readonly hovered: Hovered
  /** Below the chart, where the chart itself is too small to be covered. */
  readonly isBelow: boolean
}

/** The values of one moment, the greatest first, on the side of the chart where the pointer is not. */
export function HoverNote({ data, unit, hovered: { index, share }, isBelow }: HoverNoteProps): ReactNode {
  const seconds = data.seconds[index]
  if (seconds === undefined) return null
  const values = data.lines
    .map(({ name, values: column }, i) => ({ name, value: column[index] ?? null, color: colorOf(i) }))
    .filter(({ value }) => value !== null)
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0))
  return (
    <Paper
      withBorder
      shadow="sm"
      px={8}
      py={4}
      style={{
        position: 'absolute',
        top: isBelow ? '100%' : 4,
        [share > 0.5 ? 'left' : 'right']: isBelow ? 0 : 70,
        zIndex: 5,
        maxWidth: 'min(100%, 480px)',
        pointerEvents: 'none',
      }}
    >
      <Text size="xs" c="dimmed">
        {formatClock(seconds * 1000)}
      </Text>
      {values.slice(0, SHOWN_LINES).map(({ name, value, color }) => (
        <Text key={name} size="xs" truncate>
          <Swatch color={color} />
          {name} <b>{formatNumber(value, unit)}</b>
        </Text>
      ))}
      {values.length > SHOWN_LINES && (
        <Text size="xs" c="dimmed">
          + {values.length - SHOWN_LINES}
        </Text>
      )}
      {values.length === 0 && <Text size="xs">–</Text>}
    </Paper>
  )
}
