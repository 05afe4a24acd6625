import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchUnpriced } from '../api/tetrascope.ts'
import { useLanguage } from '../i18n/language.tsx'

/** Models that are missing from every sum of costs, or are in it with nothing. Says nothing when there are none. */
export function UnpricedModels(): ReactNode {
  const { t } = useLanguage()
  const unpriced = useQuery({
    queryKey: ['unpriced'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => fetchUnpriced(signal),
  })
  const named = (reason: 'unknown' | 'zero'): string =>
    (unpriced.data?.models ?? [])
      .filter((model) => model.reason === reason)
      .map(({ model, requests }) => `${model} (${requests})`)
      .join(', ')
  const lines = [
    [t('unpricedModels'), named('unknown')],
    [t('freeModels'), named('zero')],
  ].filter(([, models]) => models !== '')
  if (lines.length === 0) return null
  return (
    <Text size="xs" c="dimmed" data-note="unpriced">
      {lines.map(([text, models]) => `${text}: ${models}`).join(' · ')}
    </Text>
  )
}
