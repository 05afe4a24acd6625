import { Badge, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { BudgetStatus } from '../../../src/api/types.ts'
import { fetchBudgets } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'
import { formatShare } from './rate-bar.tsx'
import { ShareBar } from './share-bar.tsx'
import { TableCard } from './table-card.tsx'

/** How much of each budget is used in its day or month. */
export function BudgetTable(): ReactNode {
  const { t } = useLanguage()
  const found = useQuery({
    queryKey: ['budgets'],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => fetchBudgets(signal),
  })
  if (found.data === undefined) return null
  const { budgets } = found.data
  return (
    <section data-section="budgets">
      <Title order={4} mb="xs">
        {t('budgets')}
      </Title>
      {budgets.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noBudgets')}
        </Text>
      ) : (
        <TableCard minWidth={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('budget')}</Table.Th>
              <Table.Th />
              <Table.Th ta="right">{t('spent')}</Table.Th>
              <Table.Th ta="right">{t('limit')}</Table.Th>
              <Table.Th ta="right">{t('used')}</Table.Th>
              <Table.Th w="30%" />
              <Table.Th>{t('status')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {budgets.map((budget) => (
              <BudgetLine key={budget.name} budget={budget} />
            ))}
          </Table.Tbody>
        </TableCard>
      )}
    </section>
  )
}

function BudgetLine({ budget }: { readonly budget: BudgetStatus }): ReactNode {
  const { t } = useLanguage()
  const { name, period, spentUsd, limitUsd, usedRatio } = budget
  const [color, text] = stateOf(usedRatio)
  return (
    <Table.Tr data-budget={name}>
      <Table.Td>{name}</Table.Td>
      <Table.Td c="dimmed">{t(period === 'day' ? 'perDay' : 'perMonth')}</Table.Td>
      <Table.Td ta="right">{formatNumber(spentUsd, 'USD')}</Table.Td>
      <Table.Td ta="right">{formatNumber(limitUsd, 'USD')}</Table.Td>
      <Table.Td ta="right" fw={600}>
        {formatShare(usedRatio)}
      </Table.Td>
      <Table.Td>
        <ShareBar share={usedRatio} color={color} />
      </Table.Td>
      <Table.Td>
        <Badge size="sm" variant="light" color={color} miw="max-content">
          {t(text)}
        </Badge>
      </Table.Td>
    </Table.Tr>
  )
}

/** By the thresholds of the default alerts. */
function stateOf(usedRatio: number): readonly [color: string, text: TextKey] {
  if (usedRatio >= 1) return ['red', 'overBudget']
  return usedRatio >= 0.8 ? ['orange', 'nearBudget'] : ['teal', 'withinBudget']
}
