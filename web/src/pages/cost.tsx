import { Card, SimpleGrid, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { CostBody, CostsBody } from '../../../src/api/types.ts'
import { fetchCosts } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { BudgetTable } from '../components/budget-table.tsx'
import { CostBreakdown } from '../components/cost-breakdown.tsx'
import { CostChart } from '../components/cost-chart.tsx'
import { HardwareTable } from '../components/hardware-table.tsx'
import { Empty, Loaded } from '../components/loaded.tsx'
import { useRange } from '../components/time-range.tsx'
import { UnpricedTable } from '../components/unpriced-table.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { ONE_REQUEST } from '../snippets.ts'

/** What the requests of the chosen range cost, beside the range before it; where it went, and what is left of the budgets. */
export function CostPage(): ReactNode {
  const { t } = useLanguage()
  const { range, refreshMs, windowUpTo } = useRange()
  const costs = useQuery({
    queryKey: ['costs', range],
    queryFn: ({ signal }) => fetchCosts(windowUpTo(Date.now()), signal),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  })
  return (
    <Stack gap="md">
      <Loaded query={costs}>{(body) => <Tiles costs={body} />}</Loaded>
      {costs.data?.now.requests === 0 ? (
        <Empty title={t('noCost')} hint={t('noRequestsHint')} snippet={ONE_REQUEST} />
      ) : (
        <>
          <CostChart />
          <CostBreakdown total={costs.data?.now} />
        </>
      )}
      <BudgetTable />
      <UnpricedTable />
      <HardwareTable />
    </Stack>
  )
}

function Tiles({ costs }: { readonly costs: CostsBody }): ReactNode {
  const { t } = useLanguage()
  const { now, before } = costs
  const unknown = now.unpriced === 0 ? '' : `${formatNumber(now.unpriced, '')} ${t('costUnknownOf')}`
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Tile
        name="total"
        title={t('costTotal')}
        now={totalOf(now)}
        before={totalOf(before)}
        unit="USD"
        below={unknown}
      />
      <Tile
        name="request"
        title={t('costPerRequest')}
        hint={t('costKnownHint')}
        now={perRequest(now)}
        before={perRequest(before)}
        unit="USD"
      />
      <Tile
        name="tokens"
        title={t('costPerThousandTokens')}
        hint={t('costKnownHint')}
        now={perThousandTokens(now)}
        before={perThousandTokens(before)}
        unit="USD"
      />
      <Tile
        name="cache"
        title={t('cacheHitShare')}
        hint={t('cacheSavingHint')}
        now={cachedPercent(now)}
        before={cachedPercent(before)}
        unit="%"
        below={savingText(costs.cacheSaving, t)}
      />
    </SimpleGrid>
  )
}

interface TileProps {
  readonly name: string
  readonly title: string
  readonly now: number | undefined
  readonly before: number | undefined
  readonly unit: 'USD' | '%'
  readonly hint?: string
  readonly below?: string
}

function Tile({ name, title, now, before, unit, hint, below = '' }: TileProps): ReactNode {
  const { t } = useLanguage()
  return (
    <Card withBorder padding="sm" radius="md" title={hint} data-cost={name}>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fz={24} fw={650} lh={1.25}>
        {formatNumber(now, unit)}
      </Text>
      <Text size="xs" c="dimmed">
        {t('windowBefore')} {formatNumber(before, unit)}
        {unit === 'USD' && changeText(now, before)}
      </Text>
      {below !== '' && (
        <Text size="xs" c="dimmed">
          {below}
        </Text>
      )}
    </Card>
  )
}

/** How much more or less; nothing where there is nothing to compare with. */
function changeText(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined || before === 0) return ''
  const percent = 100 * (now / before - 1)
  return ` (${percent > 0 ? '+' : ''}${percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)}%)`
}

function savingText(
  { savedUsd, requests, unknown }: CostsBody['cacheSaving'],
  t: ReturnType<typeof useLanguage>['t'],
): string {
  const saved = Number(savedUsd)
  const known =
    requests === 0 ? [] : [`${t(saved < 0 ? 'cacheCost' : 'cacheSaved')} ${formatNumber(Math.abs(saved), 'USD')}`]
  const rest = unknown === 0 ? [] : [`${formatNumber(unknown, '')} ${t('cacheSavingUnknown')}`]
  return [...known, ...rest].join(' · ')
}

/** Undefined where no cost is known: that is no cost of 0. */
function totalOf({ costUsd, requests, unpriced }: CostBody): number | undefined {
  return requests === unpriced ? undefined : Number(costUsd)
}

function perRequest({ costUsd, requests, unpriced }: CostBody): number | undefined {
  return requests === unpriced ? undefined : Number(costUsd) / (requests - unpriced)
}

function perThousandTokens({ costUsd, pricedTokens }: CostBody): number | undefined {
  return pricedTokens === 0 ? undefined : (1_000 * Number(costUsd)) / pricedTokens
}

function cachedPercent({ cacheReadTokens, inputTokens }: CostBody): number | undefined {
  return inputTokens === 0 ? undefined : (100 * cacheReadTokens) / inputTokens
}
