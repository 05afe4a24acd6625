import { Anchor, Badge, Card, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
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

/** As many as the page shows; who looks for older ones narrows them down. */
const LIMIT = 200

/** Log lines, newest first. */
export function LogsPage(): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const [text, setText] = useState('')
  const [level, setLevel] = useState('')
  const [searched] = useDebouncedValue(text, 250)
  const logs = useQuery({
    queryKey: ['logs', range, searched, level],
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const window = { start: windowAt(Date.now()).startMs, end: Date.now() + 60_000 }
      return fetchLogs({ ...window, text: searched, level, limit: LIMIT }, signal)
    },
  })
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput
          placeholder={t('searchLogs')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          flex={1}
          miw={220}
          maw={420}
          size="xs"
        />
        <Select
          aria-label={t('level')}
          size="xs"
          w={130}
          value={level}
          onChange={(value) => setLevel(value ?? '')}
          allowDeselect={false}
          data={[{ value: '', label: t('anyLevel') }, ...Object.keys(COLOR)]}
        />
      </Group>
      <Loaded query={logs}>
        {({ logs: lines }) =>
          lines.length === 0 ? (
            <Empty title={t('noLogs')} />
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
