import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchTotals } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { useRange } from './time-range.tsx'

/** The models of the range with their requests; '' is all of them. */
export function ModelSelect({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (model: string) => void
}): ReactNode {
  const { t } = useLanguage()
  const { range, listWindow } = useRange()
  const totals = useQuery({
    queryKey: ['totals', range],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => fetchTotals(listWindow(Date.now()), signal),
  })
  const models = totals.data?.models ?? []
  const options = models.map(({ model, requests }) => ({
    value: model,
    label: `${model} (${formatNumber(requests, '')})`,
  }))
  return (
    <Select
      aria-label={t('model')}
      size="xs"
      w={230}
      searchable
      allowDeselect={false}
      value={value}
      onChange={(next) => onChange(next ?? '')}
      data={[{ value: '', label: t('allModels') }, ...options]}
    />
  )
}
