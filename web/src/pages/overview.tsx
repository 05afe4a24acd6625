import { Anchor, Card, Group, SimpleGrid, Stack, Text, Title, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Dashboard, HealthStatus, LayerBody, Panel, ReadingBody } from '../../../src/api/types.ts'
import { queryRange } from '../api/prometheus.ts'
import { fetchDashboard, fetchFiringGroups, fetchHealth } from '../api/tetrascope.ts'
import { chartData } from '../charts/chart-data.ts'
import { formatNumber } from '../charts/format.ts'
import { TimeSeries } from '../charts/time-series.tsx'
import { Loaded } from '../components/loaded.tsx'
import { STATUS_COLOR, StatusBadge } from '../components/status-badge.tsx'
import { useRange } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { queryLink } from '../links.ts'

const HEALTH_REFRESH_MS = 5_000
const CHART_REFRESH_MS = 10_000

/** The four layers: what each metric is now, how it has been, and whether that is well. */
export function OverviewPage(): ReactNode {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => fetchHealth(signal),
    refetchInterval: HEALTH_REFRESH_MS,
  })
  const dashboard = useQuery({
    queryKey: ['dashboard', 'overview'],
    queryFn: ({ signal }) => fetchDashboard('overview', signal),
    staleTime: Infinity,
  })
  return (
    <Loaded query={dashboard}>
      {(panels) => (
        <Loaded query={health}>
          {({ status, layers }) => (
            <Stack gap="xl">
              <Summary status={status} />
              {layers.map((layer) => (
                <LayerSection key={layer.layer} layer={layer} dashboard={panels} />
              ))}
            </Stack>
          )}
        </Loaded>
      )}
    </Loaded>
  )
}

/** The whole at a glance, and where to look on. */
function Summary({ status }: { readonly status: HealthStatus }): ReactNode {
  const { t } = useLanguage()
  const firing = useQuery({
    queryKey: ['firing'],
    queryFn: ({ signal }) => fetchFiringGroups(signal),
    refetchInterval: HEALTH_REFRESH_MS,
  })
  const alerts = (firing.data?.groups ?? []).flatMap((group) => group.alerts)
  const worth = new Set(alerts.filter(({ labels }) => labels.severity !== 'none').map(({ fingerprint }) => fingerprint))
  return (
    <Group gap="sm" data-summary={status}>
      <Text size="sm">{t('overall')}</Text>
      <StatusBadge status={status} />
      <Anchor component={Link} href="/alerts" size="sm" {...(worth.size > 0 && { c: 'red' })}>
        {worth.size} {t('alertsFire')}
      </Anchor>
      <Text size="xs" c="dimmed" visibleFrom="sm">
        {t('dragHint')}
      </Text>
    </Group>
  )
}

function LayerSection({ layer, dashboard }: { readonly layer: LayerBody; readonly dashboard: Dashboard }): ReactNode {
  const { t, local } = useLanguage()
  const panels = new Map(dashboard.rows.flatMap((row) => row.panels).map((panel) => [panel.id, panel]))
  const speaking = layer.readings.filter(({ status }) => status !== 'silent')
  const silent = layer.readings.filter(({ status }) => status === 'silent')
  return (
    <section data-layer={layer.layer} data-status={layer.status}>
      <Group mb="xs" gap="sm">
        <Title order={3}>{local(layer.title)}</Title>
        <StatusBadge status={layer.status} />
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4, xl: 5 }} spacing="sm" verticalSpacing="sm">
        {speaking.map((reading) => (
          <ReadingTile key={reading.name} reading={reading} panel={panels.get(reading.name)} />
        ))}
      </SimpleGrid>
      {speaking.length === 0 && (
        <Text size="sm">
          <Anchor component={Link} href="/requests" inherit>
            {t('layerSilentHint')}
          </Anchor>
        </Text>
      )}
      {silent.length > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {t('noSources')}: {silent.map(({ title }) => local(title)).join(' · ')}
        </Text>
      )}
    </section>
  )
}

function ReadingTile({
  reading,
  panel,
}: {
  readonly reading: ReadingBody
  readonly panel: Panel | undefined
}): ReactNode {
  const { t, local } = useLanguage()
  const { rateWindow } = useRange()
  const judgedByP95 = panel !== undefined && panel.queries.length > 1
  const main = judgedByP95 ? reading.p95 : reading.value
  const beside = judgedByP95
    ? `P95 · ${t('mean')} ${formatNumber(reading.value, reading.unit)}`
    : reading.p95 === null
      ? ''
      : `P95 ${formatNumber(reading.p95, reading.unit)}`
  return (
    // The values under the pointer stand below the chart, beyond the edge.
    <Card
      withBorder
      padding="sm"
      radius="md"
      style={{ overflow: 'visible' }}
      data-metric={reading.name}
      data-status={reading.status}
    >
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Tooltip label={`${local(reading.description)} · ${t('source')}: ${reading.from ?? '–'}`} multiline maw={320}>
          <Text size="sm" c="dimmed" truncate>
            {panel === undefined ? (
              local(reading.title)
            ) : (
              <Anchor component={Link} href={panelLink(panel, rateWindow)} inherit c="inherit">
                {local(reading.title)}
              </Anchor>
            )}
          </Text>
        </Tooltip>
        {reading.status !== 'healthy' && <StatusBadge status={reading.status} />}
      </Group>
      <Text
        fz={24}
        fw={650}
        lh={1.25}
        truncate
        {...(reading.status !== 'healthy' && { c: STATUS_COLOR[reading.status] })}
      >
        {formatNumber(main, reading.unit)}
      </Text>
      <Text size="xs" c="dimmed" truncate mih={18}>
        {beside}
      </Text>
      {panel !== undefined && <PanelChart panel={panel} />}
    </Card>
  )
}

/** The panel's query on the page where it can be changed; of quantiles the P95. */
function panelLink({ queries }: Panel, rateWindow: string): string {
  return queryLink(((queries[1] ?? queries[0])?.expr ?? '').replaceAll('$window', rateWindow))
}

function PanelChart({ panel }: { readonly panel: Panel }): ReactNode {
  const { windowAt, range, rateWindow } = useRange()
  const query = useQuery({
    queryKey: ['panel', panel.id, range],
    refetchInterval: CHART_REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { startMs, endMs, stepMs } = windowAt(Date.now())
      const answers = await Promise.all(
        panel.queries.map(async ({ expr, legend }) => {
          const { series } = await queryRange(
            { expr: expr.replaceAll('$window', rateWindow), startMs, endMs, stepMs },
            signal,
          )
          return { legend, series }
        }),
      )
      return chartData(answers, startMs / 1000, endMs / 1000, stepMs / 1000)
    },
  })
  const data = query.data ?? { seconds: [], lines: [] }
  return <TimeSeries data={data} unit={panel.unit} height={64} thresholds={panel.thresholds} bare />
}
