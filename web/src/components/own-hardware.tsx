import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchSelfHosted } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { formatShare } from './rate-bar.tsx'
import { useRange } from './time-range.tsx'

/** What models on own hardware cost in the range though no request used them. Nothing where there are none. */
export function OwnHardware(): ReactNode {
  const { t } = useLanguage()
  const { range, windowUpTo } = useRange()
  const found = useQuery({
    queryKey: ['self-hosted', range],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => fetchSelfHosted(windowUpTo(Date.now()), signal),
  })
  const models = found.data?.models ?? []
  if (models.length === 0) return null
  const texts = models.map(
    ({ model, paidUsd, idleShare }) =>
      `${model} ${formatNumber(paidUsd, 'USD')}, ${t('idle')} ${formatShare(idleShare)}`,
  )
  return (
    <Text size="xs" c="dimmed" data-note="own-hardware">
      {t('ownHardware')}: {texts.join(' · ')}
    </Text>
  )
}
