import { Anchor, Badge, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { fetchRules, type RuleBody } from '../api/prometheus.ts'
import { Loaded } from '../components/loaded.tsx'
import { SilenceTable } from '../components/silence-table.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { queryLink } from '../links.ts'
import { AlertHistory } from './alert-history.tsx'
import { FiringGroups } from './firing-groups.tsx'

const REFRESH_MS = 5_000

const STATE_COLORS = { firing: 'red', pending: 'orange', inactive: 'teal', unknown: 'gray' } as const

/** What fires and who looks after it, what happened, and all rules with those that are about to fire. */
export function AlertsPage(): ReactNode {
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Stack gap="lg">
      <FiringGroups />
      <SilenceTable />
      <AlertHistory />
      <Loaded query={rules}>
        {(groups) => (
          <RuleTable
            rules={groups
              .flatMap((group) => group.rules)
              .filter(({ type }) => type === 'alerting')
              .toSorted(activeFirst)}
          />
        )}
      </Loaded>
    </Stack>
  )
}

function activeFirst(a: RuleBody, b: RuleBody): number {
  const rank = ({ state }: RuleBody): number => (state === 'firing' ? 0 : state === 'pending' ? 1 : 2)
  return rank(a) - rank(b)
}

function RuleTable({ rules }: { readonly rules: readonly RuleBody[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard title={t('rules')} minWidth={720} verticalSpacing={4}>
      <Table.Tbody>
        {rules.map((rule) => (
          <Table.Tr key={`${rule.name}${rule.query}`}>
            <Table.Td>
              <Badge size="sm" variant="light" miw="max-content" color={STATE_COLORS[rule.state ?? 'unknown']}>
                {t(rule.state ?? 'unknown')}
              </Badge>
            </Table.Td>
            <Table.Td>
              {rule.name}{' '}
              {rule.labels?.severity !== undefined && rule.labels.severity !== 'none' && (
                <Badge size="xs" variant="outline">
                  {rule.labels.severity}
                </Badge>
              )}
            </Table.Td>
            <Table.Td maw={640}>
              <Text size="xs" ff="monospace" truncate title={rule.query}>
                <Anchor component={Link} href={queryLink(rule.query)} inherit c="inherit">
                  {rule.query}
                </Anchor>
              </Text>
              {rule.lastError !== undefined && rule.lastError !== '' && (
                <Text size="xs" c="red">
                  {rule.lastError}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
