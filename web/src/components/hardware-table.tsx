import { Group, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchSelfHosted } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { formatShare } from './rate-bar.tsx'
import { ShareBar } from './share-bar.tsx'
import { TableCard } from './table-card.tsx'
import { useRange } from './time-range.tsx'

/** What own hardware cost in the range, and how much of it no request used. Says nothing where there is none. */
export function HardwareTable(): ReactNode {
  const { t } = useLanguage()
  const { range, windowUpTo } = useRange()
  const found = useQuery({
    queryKey: ['self-hosted-table', range],
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => fetchSelfHosted(windowUpTo(Date.now()), signal),
  })
  const models = found.data?.models ?? []
  if (models.length === 0) return null
  return (
    <TableCard section="own-hardware" title={t('ownHardware')} minWidth={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('model')}</Table.Th>
          <Table.Th ta="right">{t('requests')}</Table.Th>
          <Table.Th ta="right">{t('paid')}</Table.Th>
          <Table.Th ta="right">{t('usedByRequests')}</Table.Th>
          <Table.Th w="40%">{t('idleShare')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {models.map(({ model, requests, paidUsd, usedUsd, idleShare }) => (
          <Table.Tr key={model} data-hardware={model}>
            <Table.Td>{model}</Table.Td>
            <Table.Td ta="right">{formatNumber(requests, '')}</Table.Td>
            <Table.Td ta="right">{formatNumber(paidUsd, 'USD')}</Table.Td>
            <Table.Td ta="right">{formatNumber(usedUsd, 'USD')}</Table.Td>
            <Table.Td>
              <Group gap="xs" wrap="nowrap">
                <Text size="sm" w={56} ta="right">
                  {formatShare(idleShare)}
                </Text>
                <ShareBar share={idleShare} color="gray" />
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
