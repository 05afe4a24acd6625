import { Badge, Card, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchRules, type RuleBody } from '../api/prometheus.ts'
import { Loaded } from '../components/loaded.tsx'
import { useLanguage } from '../i18n/language.tsx'
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
    <div>
      <Title order={4} mb="xs">
        {t('rules')}
      </Title>
      <Card withBorder padding={0} radius="md">
        <Table fz="sm" verticalSpacing={4}>
          <Table.Tbody>
            {rules.map((rule) => (
              <Table.Tr key={`${rule.name}${rule.query}`}>
                <Table.Td>
                  <Badge size="sm" variant="light" color={STATE_COLORS[rule.state ?? 'unknown']}>
                    {t(rule.state ?? 'unknown')}
                  </Badge>
                </Table.Td>
                <Table.Td>
                  {rule.name}{' '}
                  {rule.labels?.severity !== undefined && (
                    <Badge size="xs" variant="outline">
                      {rule.labels.severity}
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td maw={640}>
                  <Text size="xs" ff="monospace" truncate title={rule.query}>
                    {rule.query}
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
        </Table>
      </Card>
    </div>
  )
}
