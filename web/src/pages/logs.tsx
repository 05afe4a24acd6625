import { Anchor, Badge, Card, Stack, Table, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { LogRecord } from '../../../src/model/log-record.ts'
import { fetchLogs } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { useRange } from '../components/time-range.tsx'
import { useLanguage } from '../i18n/language.tsx'

const COLOR: Readonly<Record<LogRecord['level'], string>> = {
  trace: 'gray',
  debug: 'gray',
  info: 'teal',
  warn: 'orange',
  error: 'red',
  fatal: 'red',
}

/** Log lines, newest first. */
export function LogsPage(): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const [text, setText] = useState('')
  const [searched] = useDebouncedValue(text, 250)
  const logs = useQuery({
    queryKey: ['logs', range, searched],
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => fetchLogs(windowAt(Date.now()).startMs, Date.now() + 60_000, searched, signal),
  })
  return (
    <Stack gap="sm">
      <TextInput
        placeholder={t('searchLogs')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={420}
        size="xs"
      />
      <Loaded query={logs}>
        {({ logs: lines }) => (lines.length === 0 ? <Empty title={t('noLogs')} /> : <LogTable lines={lines} />)}
      </Loaded>
    </Stack>
  )
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
                {line.service}
              </Table.Td>
              <Table.Td w="100%" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                {line.body}{' '}
                {line.traceId !== '' && (
                  <Anchor component={Link} href={`/requests?trace=${line.traceId}`} size="xs">
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
