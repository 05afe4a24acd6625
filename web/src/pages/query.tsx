import { Alert, Button, Card, Group, Stack, Table, Text, Textarea } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useSearch } from 'wouter'
import { queryRange, type RangeAnswer } from '../api/prometheus.ts'
import { chartData, fillLegend } from '../charts/chart-data.ts'
import { TimeSeries } from '../charts/time-series.tsx'
import { Empty, Loaded } from '../components/loaded.tsx'
import { useRange, type TimeWindow } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'

/** Lines beyond this are not drawn: nobody can tell them apart. The table below the chart has them all. */
const MAX_LINES = 30

interface Answer extends RangeAnswer {
  readonly window: TimeWindow
}

const FIRST_EXPRESSION = 'sum by (model) (rate(llm_requests_total[1m]))'

/** Any PromQL expression over the chosen time range, as a chart and as a table of the newest values. Links of alerts name one as Prometheus's do. */
export function QueryPage(): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const linked = new URLSearchParams(useSearch()).get('g0.expr')
  const [text, setText] = useState(linked ?? FIRST_EXPRESSION)
  const [asked, setAsked] = useState(text)
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
    else setAsked(text)
  }
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm">
        <Textarea
          aria-label={t('expression')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            execute()
          }}
          autosize
          minRows={1}
          flex={1}
          styles={{ input: { fontFamily: 'monospace' } }}
        />
        <Button onClick={execute} loading={answer.isFetching}>
          {t('execute')}
        </Button>
      </Group>
      <Loaded query={answer}>{(data) => <AnswerView answer={data} />}</Loaded>
    </Stack>
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
        <Empty title={t('emptyResult')} />
      ) : (
        <Card withBorder radius="md">
          <TimeSeries data={data} unit="" height={320} />
        </Card>
      )}
      <Text size="xs" c="dimmed">
        {series.length} {t('series')}
      </Text>
      <Table fz="xs" ff="monospace">
        <Table.Tbody>
          {series.slice(0, 500).map(({ metric, values }) => (
            <Table.Tr key={JSON.stringify(metric)}>
              <Table.Td>{fillLegend('', metric) || '{}'}</Table.Td>
              <Table.Td ta="right">{values.at(-1)?.[1]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  )
}
