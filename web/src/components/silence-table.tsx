import { Button, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { expireSilence, fetchSilences, type SilenceBody } from '../api/alertmanager.ts'
import { formatClock } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { TableCard } from './table-card.tsx'

const REFRESH_MS = 5_000

/** The silences that hold or will hold, each of which can be ended. Nothing when there are none. */
export function SilenceTable(): ReactNode {
  const { t } = useLanguage()
  const silences = useQuery({
    queryKey: ['silences'],
    queryFn: ({ signal }) => fetchSilences(signal),
    refetchInterval: REFRESH_MS,
  })
  const shown = silences.data?.filter(({ status }) => status.state !== 'expired') ?? []
  if (shown.length === 0) return null
  return (
    <TableCard section="silences" title={t('silences')} minWidth={640} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('matchers')}</Table.Th>
          <Table.Th>{t('by')}</Table.Th>
          <Table.Th>{t('comment')}</Table.Th>
          <Table.Th />
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {shown.map((silence) => (
          <SilenceLine key={silence.id} silence={silence} />
        ))}
      </Table.Tbody>
    </TableCard>
  )
}

function SilenceLine({ silence }: { readonly silence: SilenceBody }): ReactNode {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const expire = useMutation({
    mutationFn: () => expireSilence(silence.id),
    onSuccess: () => queries.invalidateQueries(),
  })
  const [startsMs, endsMs] = [Date.parse(silence.startsAt), Date.parse(silence.endsAt)]
  return (
    <Table.Tr data-silence={silence.id}>
      <Table.Td style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
        {silence.matchers.map(matcherText).join('  ')}
      </Table.Td>
      <Table.Td>{silence.createdBy}</Table.Td>
      <Table.Td>{silence.comment}</Table.Td>
      <Table.Td c="dimmed">
        {silence.status.state === 'pending' && `${t('since')} ${formatClock(startsMs)} `}
        {t('until')} {formatClock(endsMs)}
      </Table.Td>
      <Table.Td ta="right">
        <Button size="compact-xs" variant="default" loading={expire.isPending} onClick={() => expire.mutate()}>
          {t('expire')}
        </Button>
        {expire.error !== null && (
          <Text size="xs" c="red">
            {expire.error.message}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function matcherText({ name, value, isRegex, isEqual }: SilenceBody['matchers'][number]): string {
  return `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}"${value}"`
}
