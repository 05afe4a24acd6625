import { Anchor, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { fetchUnpriced } from '../api/tetrascope.ts'
import { formatClock, formatNumber } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { requestsLink } from '../links.ts'
import { TableCard } from './table-card.tsx'

/** Models that are missing from every sum of costs, or are in it with nothing. Says nothing when there are none. */
export function UnpricedTable(): ReactNode {
  const { t } = useLanguage()
  const unpriced = useQuery({
    queryKey: ['unpriced'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => fetchUnpriced(signal),
  })
  const models = unpriced.data?.models ?? []
  if (models.length === 0) return null
  return (
    <TableCard section="unpriced" title={t('notPriced')} minWidth={520}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('model')}</Table.Th>
          <Table.Th>{t('provider')}</Table.Th>
          <Table.Th>{t('reason')}</Table.Th>
          <Table.Th ta="right">{t('requests')}</Table.Th>
          <Table.Th ta="right">{t('lastSeen')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {models.map(({ model, provider, reason, requests, lastMs }) => (
          <Table.Tr key={`${provider} ${model}`} data-unpriced={model}>
            <Table.Td>
              <Anchor component={Link} href={requestsLink({ model })} size="sm">
                {model}
              </Anchor>
            </Table.Td>
            <Table.Td>{provider}</Table.Td>
            <Table.Td>{t(reason === 'unknown' ? 'unknownCost' : 'pricedAtZero')}</Table.Td>
            <Table.Td ta="right">{formatNumber(requests, '')}</Table.Td>
            <Table.Td ta="right">{formatClock(lastMs)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
