import { Anchor, Group, SegmentedControl, Table, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { CostBody, CostField } from '../../../src/api/types.ts'
import { fetchCostGroups } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'
import { requestsLink } from '../links.ts'
import { Loaded } from './loaded.tsx'
import { formatShare } from './rate-bar.tsx'
import { ShareBar } from './share-bar.tsx'
import { TableCard } from './table-card.tsx'
import { useRange } from './time-range.tsx'

const LIMIT = 50

const FIELDS: ReadonlyArray<readonly [field: CostField, label: TextKey]> = [
  ['model', 'model'],
  ['user', 'user'],
  ['feature', 'feature'],
  ['team', 'team'],
  ['key', 'apiKey'],
  ['provider', 'provider'],
  ['service', 'service'],
]

/** Where the cost of the range goes, by one field at a time. `total` is undefined until it is known. */
export function CostBreakdown({ total }: { readonly total: CostBody | undefined }): ReactNode {
  const { t } = useLanguage()
  const { range, refreshMs, windowUpTo } = useRange()
  const [by, setBy] = useState<CostField>('model')
  const groups = useQuery({
    queryKey: ['cost-groups', range, by],
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { ...windowUpTo(Date.now()), by, limit: LIMIT }
      return { by, ...(await fetchCostGroups(query, signal)) }
    },
  })
  return (
    <section data-section="cost-breakdown">
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={4}>{t('breakdown')}</Title>
        <div style={{ maxWidth: '100%', overflowX: 'auto' }}>
          <SegmentedControl
            size="xs"
            value={by}
            onChange={setBy}
            data={FIELDS.map(([value, label]) => ({ value, label: t(label) }))}
          />
        </div>
      </Group>
      <Loaded query={groups}>
        {(body) => <GroupTable by={body.by} groups={body.groups} total={Number(total?.costUsd ?? 0)} />}
      </Loaded>
    </section>
  )
}

interface GroupTableProps {
  readonly by: CostField
  readonly groups: ReadonlyArray<CostBody & { readonly value: string }>
  readonly total: number
}

function GroupTable({ by, groups, total }: GroupTableProps): ReactNode {
  const { t } = useLanguage()
  const shown = groups.reduce((sum, { costUsd }) => sum + Number(costUsd), 0)
  // The total was asked for at another moment: where all groups are here they are the whole.
  const whole = groups.length < LIMIT ? shown : Math.max(total, shown)
  return (
    <TableCard
      minWidth={860}
      data-table="costs"
      below={
        whole > shown && (
          <Text size="xs" c="dimmed" p="xs">
            {t('everythingElse')}: {formatNumber(whole - shown, 'USD')}
          </Text>
        )
      }
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t(labelOf(by))}</Table.Th>
          <Table.Th ta="right">{t('cost')}</Table.Th>
          <Table.Th>{t('share')}</Table.Th>
          <Table.Th ta="right">{t('requests')}</Table.Th>
          <Table.Th ta="right">{t('inputShort')}</Table.Th>
          <Table.Th ta="right">{t('cachedShort')}</Table.Th>
          <Table.Th ta="right">{t('cacheWriteShort')}</Table.Th>
          <Table.Th ta="right">{t('outputShort')}</Table.Th>
          <Table.Th ta="right">{t('reasoningShort')}</Table.Th>
          <Table.Th ta="right" title={t('costUnknownOf')}>
            {t('unpricedShort')}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {groups.map((group) => (
          <GroupLine key={group.value} by={by} group={group} total={whole} />
        ))}
      </Table.Tbody>
    </TableCard>
  )
}

function GroupLine({
  by,
  group,
  total,
}: {
  readonly by: CostField
  readonly group: CostBody & { readonly value: string }
  readonly total: number
}): ReactNode {
  const { value, requests, unpriced, costUsd, inputTokens, cacheReadTokens, cacheWriteTokens } = group
  const { t } = useLanguage()
  const isKnown = requests > unpriced
  const share = isKnown && total > 0 ? Number(costUsd) / total : undefined
  const cached = inputTokens === 0 ? '' : ` (${formatShare(cacheReadTokens / inputTokens)})`
  return (
    <Table.Tr data-cost-of={value}>
      <Table.Td maw={320} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }} title={value}>
        <GroupName by={by} value={value} />
      </Table.Td>
      <Table.Td ta="right" fw={600} title={isKnown ? `$${costUsd}` : t('unknownCost')}>
        {formatNumber(isKnown ? Number(costUsd) : undefined, 'USD')}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" w={50} ta="right">
            {formatShare(share)}
          </Text>
          <ShareBar share={share ?? 0} />
        </Group>
      </Table.Td>
      <Table.Td ta="right">{formatNumber(requests, '')}</Table.Td>
      <Table.Td ta="right">{formatNumber(inputTokens, '')}</Table.Td>
      <Table.Td ta="right">{cacheReadTokens === 0 ? '0' : formatNumber(cacheReadTokens, '') + cached}</Table.Td>
      <Table.Td ta="right">{formatNumber(cacheWriteTokens, '')}</Table.Td>
      <Table.Td ta="right">{formatNumber(group.outputTokens, '')}</Table.Td>
      <Table.Td ta="right">{formatNumber(group.reasoningTokens, '')}</Table.Td>
      <Table.Td ta="right" {...(unpriced > 0 && { c: 'orange' })}>
        {formatNumber(unpriced, '')}
      </Table.Td>
    </Table.Tr>
  )
}

/** Leads to its requests. */
function GroupName({ by, value }: { readonly by: CostField; readonly value: string }): ReactNode {
  const { t } = useLanguage()
  if (value === '')
    return (
      <Text size="sm" c="dimmed">
        {t('notSaid')}
      </Text>
    )
  return (
    <Anchor component={Link} href={requestsLink({ [by]: value })} size="sm">
      {value}
    </Anchor>
  )
}

function labelOf(by: CostField): TextKey {
  return FIELDS.find(([field]) => field === by)?.[1] ?? 'model'
}
