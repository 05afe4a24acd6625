import { Badge, Button, Card, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { RequestRow } from '../../../src/api/types.ts'
import { fetchRequests } from '../api/tetrascope.ts'
import { formatClock, formatDurationMs, formatNumber, whyNoCost } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { ModelSelect } from '../components/model-select.tsx'
import { OwnHardware } from '../components/own-hardware.tsx'
import { useRange } from '../components/time-range.tsx'
import { UnpricedModels } from '../components/unpriced-models.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'

const REFRESH_MS = 2_000

/** Every model call, newest first. The first page is live; a page further back stands still. */
export function RequestsPage(): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const [text, setText] = useState('')
  const [cursor, setCursor] = useState('')
  const [filter, narrow] = useFilter()
  const { model, status, trace } = filter
  const [searched] = useDebouncedValue(text, 250)
  const requests = useQuery({
    queryKey: ['requests', range, searched, filter, cursor],
    refetchInterval: cursor === '' ? REFRESH_MS : false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      // Senders' clocks may run ahead of ours: what they date into the near future is shown as well.
      fetchRequests(
        {
          start: trace === '' ? windowAt(Date.now()).startMs : 0,
          end: Date.now() + 60_000,
          text: searched,
          cursor,
          ...filter,
        },
        signal,
      ),
  })
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput
          placeholder={t('searchText')}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
          flex={1}
          miw={220}
          maw={420}
          size="xs"
        />
        <ModelSelect value={model} onChange={(chosen) => narrow({ model: chosen })} />
        <Select
          aria-label={t('status')}
          size="xs"
          w={130}
          value={status}
          onChange={(value) => narrow({ status: value ?? '' })}
          allowDeselect={false}
          data={[
            { value: '', label: t('anyStatus') },
            { value: 'success', label: t('success') },
            { value: 'error', label: t('error') },
          ]}
        />
        {CHIPS.filter(([name]) => filter[name] !== '').map(([name, label]) => (
          <Button key={name} size="xs" variant="light" rightSection="×" onClick={() => narrow({ [name]: '' })}>
            {t(label)} {name === 'trace' ? trace.slice(0, 8) : filter[name]}
          </Button>
        ))}
        <Button component={Link} href={compareLink(model)} size="xs" variant="default" ml="auto">
          {t('compare')}
        </Button>
      </Group>
      <UnpricedModels />
      <OwnHardware />
      <Loaded query={requests}>
        {(page) => (
          <>
            {page.rows.length === 0 ? (
              <Empty title={t('noRequests')} hint={t('noRequestsHint')} />
            ) : (
              <RequestTable rows={page.rows} />
            )}
            <Group justify="flex-end">
              {cursor !== '' && (
                <Button size="xs" variant="default" onClick={() => setCursor('')}>
                  {t('newest')}
                </Button>
              )}
              {page.nextCursor !== undefined && (
                <Button size="xs" variant="default" onClick={() => setCursor(page.nextCursor ?? '')}>
                  {t('older')}
                </Button>
              )}
            </Group>
          </>
        )}
      </Loaded>
    </Stack>
  )
}

const FILTERS = ['model', 'status', 'trace', 'user', 'feature', 'provider', 'service'] as const
type Filter = Readonly<Record<(typeof FILTERS)[number], string>>

/** Filters that have no field of their own: each is shown where it is set, and taken off at a click. */
const CHIPS: ReadonlyArray<readonly [name: keyof Filter, label: TextKey]> = [
  ['trace', 'ofTrace'],
  ['user', 'user'],
  ['feature', 'feature'],
  ['provider', 'provider'],
  ['service', 'service'],
]

/** The address holds what the list is narrowed to, so that other pages can link to it; '' does not narrow. */
function useFilter(): readonly [filter: Filter, narrow: (changed: Partial<Filter>) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) ?? ''])) as Filter
  const narrow = (changed: Partial<Filter>): void => {
    const given = Object.entries({ ...filter, ...changed }).filter(([, value]) => value !== '')
    setSearch(Object.fromEntries(given), { replace: true })
  }
  return [filter, narrow]
}

function compareLink(model: string): string {
  return `/requests/compare?${new URLSearchParams({ by: 'model', a: model })}`
}

function RequestTable({ rows }: { readonly rows: readonly RequestRow[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <Card withBorder padding={0} radius="md">
      <Table.ScrollContainer minWidth={900}>
        <Table highlightOnHover verticalSpacing={6} fz="sm" style={{ whiteSpace: 'nowrap' }} data-table="requests">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('time')}</Table.Th>
              <Table.Th>{t('status')}</Table.Th>
              <Table.Th>{t('model')}</Table.Th>
              <Table.Th>{t('prompt')}</Table.Th>
              <Table.Th ta="right">{t('latency')}</Table.Th>
              <Table.Th ta="right">{t('ttft')}</Table.Th>
              <Table.Th ta="right">{t('tokens')}</Table.Th>
              <Table.Th ta="right">{t('cost')}</Table.Th>
              <Table.Th>{t('user')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <RequestLine key={`${row.traceId}${row.spanId}`} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  )
}

function RequestLine({ row }: { readonly row: RequestRow }): ReactNode {
  const { t } = useLanguage()
  const [, navigate] = useLocation()
  return (
    <Table.Tr style={{ cursor: 'pointer' }} onClick={() => navigate(`/requests/${row.traceId}/${row.spanId}`)}>
      <Table.Td>{formatClock(row.startMs)}</Table.Td>
      <Table.Td>
        <Badge
          size="sm"
          variant="light"
          miw="max-content"
          color={row.status === 'error' ? 'red' : 'teal'}
          title={row.errorType}
        >
          {row.status === 'error' ? row.errorType || t('error') : t('success')}
        </Badge>
      </Table.Td>
      <Table.Td>{row.model}</Table.Td>
      {/* Takes what the other columns leave, and no more however long the text is. */}
      <Table.Td w="100%" maw={0}>
        <Text size="sm" truncate>
          {row.promptPreview}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {row.responsePreview}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{formatDurationMs(row.latencyMs)}</Table.Td>
      <Table.Td ta="right">{formatDurationMs(row.ttftMs)}</Table.Td>
      <Table.Td ta="right">
        {formatNumber(row.inputTokens, '')} → {formatNumber(row.outputTokens, '')}
      </Table.Td>
      <Table.Td ta="right" title={row.costUsd === undefined ? t(whyNoCost(row)) : ''}>
        {formatNumber(row.costUsd, 'USD')}
      </Table.Td>
      <Table.Td maw={160}>
        <Text size="sm" truncate title={row.userId}>
          {row.userId}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
