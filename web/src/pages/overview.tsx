import { Card, Group, SimpleGrid, Stack, Text, Title, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Dashboard, LayerBody, Panel, ReadingBody } from '../../../src/api/types.ts'
import { queryRange } from '../api/prometheus.ts'
import { fetchDashboard, fetchHealth } from '../api/tetrascope.ts'
import { chartData } from '../charts/chart-data.ts'
import { formatNumber } from '../charts/format.ts'
import { TimeSeries } from '../charts/time-series.tsx'
import { Loaded } from '../components/loaded.tsx'
import { STATUS_COLOR, StatusBadge } from '../components/status-badge.tsx'
import { useRange } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'

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
          {({ layers }) => (
            <Stack gap="xl">
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
  const judgedByP95 = panel !== undefined && panel.queries.length > 1
  const main = judgedByP95 ? reading.p95 : reading.value
  const beside = judgedByP95
    ? `P95 · ${t('mean')} ${formatNumber(reading.value, reading.unit)}`
    : reading.p95 === null
      ? ''
      : `P95 ${formatNumber(reading.p95, reading.unit)}`
  return (
    <Card withBorder padding="sm" radius="md" data-metric={reading.name} data-status={reading.status}>
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Tooltip label={`${local(reading.description)} · ${t('source')}: ${reading.from ?? '–'}`} multiline maw={320}>
          <Text size="sm" c="dimmed" truncate>
            {local(reading.title)}
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
