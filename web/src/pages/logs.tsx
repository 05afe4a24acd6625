import { Anchor, Badge, Button, Card, Group, Select, Stack, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { LogRecord } from '../../../src/model/log-record.ts'
import { fetchLogs } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { SearchField } from '../components/search-field.tsx'
import { useRange } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { requestsLink } from '../links.ts'
import { ONE_LOG_LINE } from '../snippets.ts'

const COLOR: Readonly<Record<LogRecord['level'], string>> = {
  trace: 'gray',
  debug: 'gray',
  info: 'teal',
  warn: 'orange',
  error: 'red',
  fatal: 'red',
}

/** As many as the page shows; who looks for older ones narrows them down. */
const LIMIT = 200

/** Log lines, newest first. */
export function LogsPage(): ReactNode {
  const { t } = useLanguage()
  const { range, listWindow } = useRange()
  const [{ text, level, trace, service }, narrow] = useFilter()
  const logs = useQuery({
    queryKey: ['logs', range, text, level, trace, service],
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      fetchLogs(
        {
          ...listWindow(Date.now()),
          ...(trace !== '' && { start: 0 }),
          text,
          level,
          trace,
          service,
          limit: LIMIT,
        },
        signal,
      ),
  })
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchField label={t('searchLogs')} value={text} onSearch={(wanted) => narrow({ text: wanted })} />
        <Select
          aria-label={t('level')}
          size="xs"
          w={130}
          value={level}
          onChange={(value) => narrow({ level: value ?? '' })}
          allowDeselect={false}
          data={[{ value: '', label: t('anyLevel') }, ...Object.keys(COLOR)]}
        />
        {trace !== '' && (
          <Button size="xs" variant="light" rightSection="×" onClick={() => narrow({ trace: '' })}>
            {t('ofTrace')} {trace.slice(0, 8)}
          </Button>
        )}
        {service !== '' && (
          <Button size="xs" variant="light" rightSection="×" onClick={() => narrow({ service: '' })}>
            {t('service')} {service}
          </Button>
        )}
      </Group>
      <Loaded query={logs}>
        {({ logs: lines }) =>
          lines.length === 0 ? (
            <Empty title={t('noLogs')} hint={t('noLogsHint')} snippet={ONE_LOG_LINE} />
          ) : (
            <>
              <LogTable lines={lines} />
              {lines.length === LIMIT && (
                <Text size="xs" c="dimmed">
                  {t('newestLogs')}
                </Text>
              )}
            </>
          )
        }
      </Loaded>
    </Stack>
  )
}

const FILTERS = ['text', 'level', 'trace', 'service'] as const
type Filter = Readonly<Record<(typeof FILTERS)[number], string>>

/** The address holds what the lines are narrowed to; '' does not narrow. */
function useFilter(): readonly [filter: Filter, narrow: (changed: Partial<Filter>) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) ?? ''])) as Filter
  const narrow = (changed: Partial<Filter>): void =>
    setSearch(Object.fromEntries(Object.entries({ ...filter, ...changed }).filter(([, value]) => value !== '')), {
      replace: true,
    })
  return [filter, narrow]
}

function LogTable({ lines }: { readonly lines: readonly LogRecord[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <Card withBorder padding={0} radius="md">
      <Table fz="xs" ff="monospace" verticalSpacing={3}>
        <Table.Tbody>
          {lines.map((line, i) => (
            // Two equal lines in one millisecond are two lines.
            // oxlint-disable-next-line react/no-array-index-key
            <Table.Tr key={`${line.timeMs}-${i}`}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{formatClock(line.timeMs)}</Table.Td>
              <Table.Td>
                <Badge size="xs" variant="light" color={COLOR[line.level]} miw="max-content">
                  {line.level}
                </Badge>
              </Table.Td>
              <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
                <Anchor
                  component={Link}
                  href={`/logs?${new URLSearchParams({ service: line.service })}`}
                  inherit
                  c="inherit"
                >
                  {line.service}
                </Anchor>
              </Table.Td>
              <Table.Td w="100%" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                {line.body}{' '}
                {line.traceId !== '' && (
                  <Anchor component={Link} href={requestsLink({ trace: line.traceId })} size="xs">
                    {t('trace')}
                  </Anchor>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  )
}
