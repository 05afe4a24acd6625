import { Alert, Button, Card, Code, Group, Stack, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { queryRange, type RangeAnswer } from '../api/prometheus.ts'
import { chartData, fillLegend } from '../charts/chart-data.ts'
import { colorOf } from '../charts/colors.ts'
import { Swatch } from '../charts/swatch.tsx'
import { TimeSeries } from '../charts/time-series.tsx'
import { ExpressionInput } from '../components/expression-input.tsx'
import { Empty, Loaded } from '../components/loaded.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useRange, type TimeWindow } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'

/** Lines beyond this are not drawn: nobody can tell them apart. The table below the chart has them. */
const MAX_LINES = 30
const MAX_ROWS = 500

interface Answer extends RangeAnswer {
  readonly window: TimeWindow
}

const FIRST_EXPRESSION = 'sum by (model) (rate(llm_requests_total[1m]))'

/** Any PromQL expression over the chosen time range, as a chart and as a table of the newest values. The address holds it, as Prometheus's does. */
export function QueryPage(): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const [asked, ask] = useAsked()
  const [text, setText] = useState(asked)
  useEffect(() => setText(asked), [asked])
  const answer = useQuery({
    queryKey: ['query', asked, range],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }): Promise<Answer> => {
      const window = windowAt(Date.now())
      return { window, ...(await queryRange({ expr: asked, ...window }, signal)) }
    },
  })
  const execute = (): void => {
    if (asked === text) void answer.refetch()
    else ask(text)
  }
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <ExpressionInput value={text} onChange={setText} onExecute={execute} />
        <Button onClick={execute} loading={answer.isFetching}>
          {t('execute')}
        </Button>
      </Group>
      <Loaded query={answer}>{(data) => <AnswerView answer={data} />}</Loaded>
      {answer.data === undefined && answer.error !== null && (
        <WrongPlace expression={asked} message={answer.error.message} />
      )}
    </Stack>
  )
}

/** What the address asks for; each question is a step that the browser's back button takes back. */
function useAsked(): readonly [expression: string, ask: (expression: string) => void] {
  const [search, setSearch] = useSearchParams()
  const ask = (expression: string): void =>
    setSearch((current) => {
      const changed = new URLSearchParams(current)
      changed.set('g0.expr', expression)
      return changed
    })
  return [search.get('g0.expr') ?? FIRST_EXPRESSION, ask]
}

/** The expression with the place marked that an error names: `1:17: parse error`, line and column from 1. */
function WrongPlace({ expression, message }: { readonly expression: string; readonly message: string }): ReactNode {
  const [, line = '', column = ''] = /\b(\d+):(\d+): parse error/.exec(message) ?? []
  if (line === '') return null
  const linesBefore = expression.split('\n').slice(0, Number(line) - 1)
  const offset = linesBefore.reduce((sum, { length }) => sum + length + 1, Number(column) - 1)
  return (
    <Code block data-wrong-place={offset}>
      {expression.slice(0, offset)}
      <mark style={{ background: 'var(--mantine-color-red-filled)', color: 'var(--mantine-color-white)' }}>
        {expression.slice(offset, offset + 1) || ' '}
      </mark>
      {expression.slice(offset + 1)}
    </Code>
  )
}

function AnswerView({ answer: { series, notes, window } }: { readonly answer: Answer }): ReactNode {
  const { t } = useLanguage()
  const data = chartData(
    [{ legend: '', series: series.slice(0, MAX_LINES) }],
    window.startMs / 1000,
    window.endMs / 1000,
    window.stepMs / 1000,
  )
  return (
    <>
      {notes.map((note) => (
        <Alert key={note} color="orange" p="xs">
          {note}
        </Alert>
      ))}
      {series.length === 0 ? (
        <Empty title={t('emptyResult')} hint={t('emptyResultHint')} />
      ) : (
        <>
          <Card withBorder radius="md">
            <TimeSeries data={data} unit="" height={320} />
          </Card>
          <SeriesTable series={series} />
        </>
      )}
    </>
  )
}

function SeriesTable({ series }: { readonly series: RangeAnswer['series'] }): ReactNode {
  const { t } = useLanguage()
  const hidden = series.length - MAX_ROWS
  return (
    <TableCard
      minWidth={320}
      fz="xs"
      style={{ whiteSpace: 'normal' }}
      below={
        hidden > 0 && (
          <Text size="xs" c="dimmed" p="xs">
            + {hidden}
          </Text>
        )
      }
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            {series.length} {t('series')}
          </Table.Th>
          <Table.Th ta="right">{t('newestValue')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody ff="monospace">
        {series.slice(0, MAX_ROWS).map(({ metric, values }, i) => (
          <Table.Tr key={JSON.stringify(metric)}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              {i < MAX_LINES && <Swatch color={colorOf(i)} />}
              {fillLegend('', metric) || '{}'}
            </Table.Td>
            <Table.Td ta="right">{values.at(-1)?.[1]}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
