import { Card, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { CostStepsBody } from '../../../src/api/types.ts'
import { fetchCostSteps } from '../api/tetrascope.ts'
import type { ChartData } from '../charts/chart-data.ts'
import { TimeSeries } from '../charts/time-series.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { Loaded } from './loaded.tsx'
import { useRange } from './time-range.tsx'

/** More would have no colours of their own. */
const SHOWN_MODELS = 7
/** Fewer and wider steps than those of lines: each is a bar. */
const STEPS_OF_LINES = 2

/** What each step of the range cost, one model on top of the other. */
export function CostChart(): ReactNode {
  const { t } = useLanguage()
  const { range, refreshMs, windowAt, windowUpTo } = useRange()
  const chart = useQuery({
    queryKey: ['cost-steps', range],
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { startMs, stepMs } = windowAt(Date.now())
      const barMs = stepMs * STEPS_OF_LINES
      const window = { start: Math.floor(startMs / barMs) * barMs, end: windowUpTo(Date.now()).end }
      return { window, ...(await fetchCostSteps(window, barMs, signal)) }
    },
  })
  return (
    <section data-section="cost-chart">
      <Title order={4} mb="xs">
        {t('costOverTime')} {formatStep(windowAt(Date.now()).stepMs * STEPS_OF_LINES)}
      </Title>
      <Card withBorder padding="sm" radius="md" mih={250}>
        <Loaded query={chart}>
          {(data) => (
            <TimeSeries data={costData(data, data.window, t('otherModels'))} unit="USD" height={220} stacked />
          )}
        </Loaded>
      </Card>
    </section>
  )
}

function costData(
  { stepMs, steps }: CostStepsBody,
  { start, end }: { readonly start: number; readonly end: number },
  others: string,
): ChartData {
  const count = Math.floor((end - start) / stepMs) + 1
  const totals = new Map<string, number>()
  for (const { model, costUsd } of steps) totals.set(model, (totals.get(model) ?? 0) + Number(costUsd))
  const dearest = [...totals].sort(([, a], [, b]) => b - a).map(([model]) => model)
  // By name, so that no model changes its colour with its place.
  const shown = dearest.slice(0, SHOWN_MODELS).sort()
  const names = dearest.length > SHOWN_MODELS ? [...shown, others] : shown
  const lines = names.map((name) => ({ name, values: Array.from({ length: count }, () => 0) }))
  for (const { startMs, model, costUsd } of steps) {
    const values = lines[shown.includes(model) ? shown.indexOf(model) : shown.length]?.values
    const index = Math.round((startMs - start) / stepMs)
    if (values !== undefined && index >= 0 && index < count) values[index] = (values[index] ?? 0) + Number(costUsd)
  }
  return { seconds: Array.from({ length: count }, (_, i) => (start + i * stepMs) / 1000), lines }
}

function formatStep(stepMs: number): string {
  if (stepMs >= 3_600_000) return `${Number((stepMs / 3_600_000).toFixed(1))} h`
  return stepMs >= 60_000 ? `${Number((stepMs / 60_000).toFixed(1))} min` : `${stepMs / 1_000} s`
}
