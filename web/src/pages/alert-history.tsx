import { Button, Group, Table, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { AlertHistoryBody } from '../../../src/api/types.ts'
import { fetchAlertHistory } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { TableCard } from '../components/table-card.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'

const REFRESH_MS = 10_000
const TYPING_MS = 300

type HistoryEvent = AlertHistoryBody['events'][number]

/** Who did and was told what, newest first. */
export function AlertHistory(): ReactNode {
  const { t } = useLanguage()
  const [text, setText] = useState('')
  const [searched] = useDebouncedValue(text, TYPING_MS)
  const query = useInfiniteQuery({
    queryKey: ['alert-history', searched],
    queryFn: ({ pageParam, signal }) => fetchAlertHistory(searched, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
  const events = query.data?.pages.flatMap((page) => page.events) ?? []
  return (
    <div data-card="history">
      <Group justify="space-between" mb="xs">
        <Title order={4}>{t('history')}</Title>
        <TextInput
          size="xs"
          aria-label={t('searchHistory')}
          placeholder={t('searchHistory')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      {query.error !== null && <Text c="red">{query.error.message}</Text>}
      {query.isSuccess && events.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noHistory')}
        </Text>
      )}
      {events.length > 0 && (
        <TableCard minWidth={320} verticalSpacing={4} style={{ whiteSpace: 'normal' }}>
          <Table.Tbody>
            {events.map((event, i) => (
              <EventRow key={`${event.timeMs} ${i}`} event={event} />
            ))}
          </Table.Tbody>
        </TableCard>
      )}
      {query.hasNextPage && (
        <Button size="compact-xs" variant="default" mt="xs" onClick={() => void query.fetchNextPage()}>
          {t('older')}
        </Button>
      )}
    </div>
  )
}

function EventRow({ event }: { readonly event: HistoryEvent }): ReactNode {
  const { t } = useLanguage()
  const { what, detail, color } = describe(event, t)
  return (
    <Table.Tr data-event={event.kind}>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{formatClock(event.timeMs)}</Table.Td>
      <Table.Td c={color}>{what}</Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{detail}</Table.Td>
    </Table.Tr>
  )
}

/** Of a group's key, which begins with its route, what the alerts of the group have in common. */
function groupOf(key: string): string {
  return key.slice(key.lastIndexOf(':{') + 1)
}

const REASON: Readonly<Record<string, TextKey>> = {
  'first notification': 'notifyFirst',
  'new alerts are firing': 'notifyNew',
  'all alerts resolved': 'notifyAllResolved',
  'some alerts resolved': 'notifySomeResolved',
  'repeat interval passed': 'notifyRepeat',
  'silence ended': 'notifyUnsilenced',
  'nobody has acknowledged': 'notifyUnanswered',
}

interface Description {
  readonly what: string
  readonly detail: string
  readonly color: string
}

function describe(event: HistoryEvent, t: ReturnType<typeof useLanguage>['t']): Description {
  switch (event.kind) {
    case 'alert': {
      const { alertname = '', ...labels } = event.labels
      const others = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
      return {
        what: t(event.state),
        detail: [alertname, ...others].join('  '),
        color: event.state === 'firing' ? 'red' : 'teal',
      }
    }
    case 'notification': {
      const reason = REASON[event.reason]
      const detail = `${event.receiver} / ${event.channel}  ${groupOf(event.groupKey)}  ${t(event.status)} · ${event.alerts.length}`
      return event.outcome === 'sent'
        ? {
            what: t('sent'),
            detail: `${detail}  (${reason === undefined ? event.reason : t(reason)})`,
            color: 'dimmed',
          }
        : { what: t('notSent'), detail: `${detail}  ${event.error ?? ''}`, color: 'red' }
    }
    case 'silence':
      return {
        what: event.change === 'set' ? t('silenced') : t('silenceEnded'),
        detail: [event.by, event.matchers ?? event.id, event.comment ?? ''].join('  '),
        color: 'orange',
      }
    case 'acknowledgement':
      return {
        what: event.isWithdrawn ? t('withdrawn') : t('acknowledged'),
        detail: `${event.by} (${event.via}) · ${event.alerts.length}  ${event.comment}`,
        color: event.isWithdrawn ? 'orange' : 'teal',
      }
  }
}
