import { Badge, Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ComparedRate } from '../../../src/api/types.ts'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'

export function formatShare(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)}%`
}

export function formatInterval({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `${(100 * lower).toFixed(1)}–${(100 * upper).toFixed(1)}%`
}

/** A share from 0 to 1 as a bar, with its interval as a line across the end. */
export function RateBar({
  share,
  interval,
}: {
  readonly share: number | undefined
  readonly interval: { readonly lower: number; readonly upper: number }
}): ReactNode {
  if (share === undefined) return null
  const { lower, upper } = interval
  return (
    <Tooltip label={formatInterval(interval)} openDelay={200}>
      <div style={{ position: 'relative', height: 10, width: '100%', minWidth: 80 }}>
        <div style={{ position: 'absolute', inset: '3px 0', background: 'var(--mantine-color-default-border)' }} />
        <div
          style={{
            position: 'absolute',
            inset: '3px auto 3px 0',
            width: `${100 * share}%`,
            background: 'var(--mantine-primary-color-filled)',
          }}
        />
        <div
          style={{
            position: 'absolute',
            left: `${100 * lower}%`,
            width: `max(2px, ${100 * (upper - lower)}%)`,
            top: 4,
            height: 2,
            background: 'var(--mantine-color-text)',
            opacity: 0.55,
          }}
        />
      </div>
    </Tooltip>
  )
}

const CHANGE: Readonly<Record<ComparedRate['verdict'], readonly [color: string, text: TextKey]>> = {
  better: ['teal', 'better'],
  worse: ['red', 'worse'],
  same: ['gray', 'same'],
  unknown: ['gray', 'nothingToCompare'],
}

/** How a rate stands against the window before; coloured only where the difference is beyond chance. */
export function RateChange({ rate }: { readonly rate: ComparedRate }): ReactNode {
  const { t } = useLanguage()
  const [color, text] = CHANGE[rate.verdict]
  const isSure = rate.verdict === 'better' || rate.verdict === 'worse'
  if (!isSure)
    return (
      <Text size="xs" c="dimmed">
        {t(text)}
      </Text>
    )
  const points = 100 * (rate.difference ?? 0)
  return (
    <Badge size="sm" variant="light" color={color} miw="max-content">
      {t(text)} {points > 0 ? '+' : ''}
      {points.toFixed(1)} pp
    </Badge>
  )
}
