import { Anchor, Badge, Button, Group, Select, Stack, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { RequestRow } from '../../../src/api/types.ts'
import { fetchRequests } from '../api/tetrascope.ts'
import { formatClock, formatDurationMs, formatNumber, whyNoCost } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { ModelSelect } from '../components/model-select.tsx'
import { OwnHardware } from '../components/own-hardware.tsx'
import { SearchField } from '../components/search-field.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useRange } from '../components/time-range.tsx'
import { UnpricedModels } from '../components/unpriced-models.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'
import { REQUEST_FILTERS, type RequestFilters } from '../links.ts'
import { ONE_REQUEST } from '../snippets.ts'

const REFRESH_MS = 2_000

/** Every model call, newest first. The first page is live; a page further back stands still. */
export function RequestsPage(): ReactNode {
  const { t } = useLanguage()
  const { range, fixed, listWindow } = useRange()
  const [filter, narrow] = useFilter()
  const { model, status, trace, session, order } = filter
  // A page of one list is no page of another.
  const list = JSON.stringify([range, filter])
  const [page, setPage] = useState({ list, cursor: '' })
  const cursor = page.list === list ? page.cursor : ''
  const isLive = cursor === '' && fixed === undefined
  const requests = useQuery({
    queryKey: ['requests', range, filter, cursor],
    refetchInterval: isLive ? REFRESH_MS : false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      fetchRequests(
        { ...listWindow(Date.now()), ...(trace + session !== '' && { start: 0 }), cursor, ...filter },
        signal,
      ),
  })
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField label={t('searchText')} value={filter.text} onSearch={(text) => narrow({ text })} />
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
        <Select
          aria-label={t('order')}
          size="xs"
          w={150}
          value={order}
          onChange={(value) => narrow({ order: value ?? '' })}
          allowDeselect={false}
          data={ORDERS.map(([value, label]) => ({ value, label: t(label) }))}
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
        {({ rows, nextCursor }) => (
          <>
            {rows.length === 0 ? (
              <NoRequests isNarrowed={Object.values(filter).some((value) => value !== '')} />
            ) : (
              <RequestTable rows={rows} />
            )}
            <Group justify="flex-end">
              {cursor !== '' && (
                <Button size="xs" variant="default" onClick={() => setPage({ list, cursor: '' })}>
                  {t('newest')}
                </Button>
              )}
              {nextCursor !== undefined && (
                <Button size="xs" variant="default" onClick={() => setPage({ list, cursor: nextCursor })}>
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

/** By the names of the API; '' is the newest first. */
const ORDERS: ReadonlyArray<readonly [order: string, label: TextKey]> = [
  ['', 'newestFirst'],
  ['latency', 'slowestFirst'],
  ['ttft', 'slowestTokenFirst'],
  ['cost', 'dearestFirst'],
  ['tokens', 'mostTokensFirst'],
]

/** Filters that have no field of their own: each is shown where it is set, and taken off at a click. */
const CHIPS: ReadonlyArray<readonly [name: keyof RequestFilters, label: TextKey]> = [
  ['trace', 'ofTrace'],
  ['session', 'session'],
  ['user', 'user'],
  ['feature', 'feature'],
  ['team', 'team'],
  ['key', 'apiKey'],
  ['provider', 'provider'],
  ['service', 'service'],
  ['error_type', 'errorType'],
  ['evaluator', 'flaggedBy'],
]

/** The address holds what the list is narrowed to, so that other pages can link to it; '' does not narrow. */
function useFilter(): readonly [filter: RequestFilters, narrow: (changed: Partial<RequestFilters>) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = Object.fromEntries(REQUEST_FILTERS.map((name) => [name, search.get(name) ?? ''])) as RequestFilters
  const narrow = (changed: Partial<RequestFilters>): void => {
    const given = Object.entries({ ...filter, ...changed }).filter(([, value]) => value !== '')
    setSearch(Object.fromEntries(given), { replace: true })
  }
  return [filter, narrow]
}

function NoRequests({ isNarrowed }: { readonly isNarrowed: boolean }): ReactNode {
  const { t } = useLanguage()
  return isNarrowed ? (
    <Empty title={t('noneMatches')} hint={t('noneMatchesHint')} />
  ) : (
    <Empty title={t('noRequests')} hint={t('noRequestsHint')} snippet={ONE_REQUEST} />
  )
}

function compareLink(model: string): string {
  return `/requests/compare?${new URLSearchParams({ by: 'model', a: model })}`
}

function RequestTable({ rows }: { readonly rows: readonly RequestRow[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard minWidth={900} highlightOnHover data-table="requests">
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
    </TableCard>
  )
}

function RequestLine({ row }: { readonly row: RequestRow }): ReactNode {
  const { t } = useLanguage()
  const [, navigate] = useLocation()
  const address = `/requests/${row.traceId}/${row.spanId}`
  return (
    <Table.Tr style={{ cursor: 'pointer' }} onClick={() => navigate(address)}>
      <Table.Td>
        <Anchor component={Link} href={address} size="sm" c="inherit">
          {formatClock(row.startMs)}
        </Anchor>
      </Table.Td>
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
