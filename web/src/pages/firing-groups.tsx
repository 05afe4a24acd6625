import { Anchor, Badge, Button, Card, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import type { AlertGroupsBody, FiringAlertBody } from '../../../src/api/types.ts'
import { silenceAlert } from '../api/alertmanager.ts'
import { acknowledgeGroup, fetchFiringGroups, withdrawGroup } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { type Language, useLanguage } from '../i18n/language.tsx'
import {
  type AlertsWanted,
  expressionOf,
  isWanted,
  queryLink,
  readWanted,
  requestsLink,
  requestsOfAlert,
} from '../links.ts'
import { fixedRange } from '../range.ts'

const REFRESH_MS = 5_000
const SILENCE_HOURS = [1, 2, 8, 24, 72] as const
/** Before an alert fires there is what led to it. */
const BEFORE_MS = 600_000

type FiringGroup = AlertGroupsBody['groups'][number]

/** What fires, in the groups in which it is told of; a link from a notification shows its own. */
export function FiringGroups(): ReactNode {
  const { t } = useLanguage()
  const wanted = readWanted(useSearch())
  const [by, setBy] = useLocalStorage({ key: 'tetrascope.name', defaultValue: '' })
  const [hours, setHours] = useLocalStorage({ key: 'tetrascope.silence-hours', defaultValue: 2 })
  const actor = { by: by.trim() || t('somebody'), hours }
  const query = useQuery({
    queryKey: ['firing'],
    queryFn: ({ signal }) => fetchFiringGroups(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Loaded query={query}>
      {({ groups }) => {
        const shown = shownGroups(groups, wanted)
        return (
          <Stack gap="xs">
            <Group justify="space-between">
              <Filter wanted={wanted} />
              <Group gap="xs">
                <Select
                  size="xs"
                  aria-label={t('silenceFor')}
                  w={150}
                  allowDeselect={false}
                  value={String(hours)}
                  onChange={(value) => setHours(Number(value ?? 2))}
                  data={SILENCE_HOURS.map((count) => ({
                    value: String(count),
                    label: `${t('silenceFor')} ${count} ${t('hours')}`,
                  }))}
                />
                <TextInput
                  size="xs"
                  aria-label={t('yourName')}
                  placeholder={t('yourNameHint')}
                  miw={220}
                  value={by}
                  onChange={(event) => setBy(event.currentTarget.value)}
                />
              </Group>
            </Group>
            {shown.length === 0 && <Empty title={t('nothingFires')} />}
            {shown.map((group) => (
              <GroupCard key={`${group.receiver}${group.key}`} group={group} actor={actor} />
            ))}
          </Stack>
        )
      }}
    </Loaded>
  )
}

/** Nobody looks after it first, then the worst. An alert that goes to several receivers is shown once, unless one receiver is asked for. */
function shownGroups(groups: readonly FiringGroup[], wanted: AlertsWanted): FiringGroup[] {
  const seen = new Set<string>()
  const shown = groups.flatMap((group) => {
    if (wanted.receiver !== '' && group.receiver !== wanted.receiver) return []
    const alerts = group.alerts.filter(({ fingerprint, labels }) => isWanted(wanted, labels) && !seen.has(fingerprint))
    for (const { fingerprint } of alerts) seen.add(fingerprint)
    return alerts.length === 0 ? [] : [{ ...group, alerts }]
  })
  return shown.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}

function isAcknowledged({ alerts }: FiringGroup): boolean {
  return alerts.every(({ acknowledgement }) => acknowledgement !== null)
}

/** The dead man's switch, whose firing says that all is well. */
function isAlwaysOn({ alerts }: FiringGroup): boolean {
  return alerts.every(({ labels }) => labels.severity === 'none')
}

/** P1 before P2; the dead man's switch, which carries `none` and always fires, is last. */
function rank(group: FiringGroup): string {
  const severity = group.alerts[0]?.labels.severity ?? ''
  return `${isAcknowledged(group) ? 1 : 0}${severity === '' || severity === 'none' ? '~' : severity}`
}

function Filter({ wanted }: { readonly wanted: AlertsWanted }): ReactNode {
  const { t } = useLanguage()
  const parts = [
    ...(wanted.receiver === '' ? [] : [`${t('receiver')} ${wanted.receiver}`]),
    ...[...wanted.labels].map(([name, value]) => `${name}=${value}`),
  ]
  if (parts.length === 0) return <span />
  return (
    <Group gap="xs" data-filter="">
      {parts.map((part) => (
        <Badge key={part} variant="light" tt="none">
          {part}
        </Badge>
      ))}
      <Text component={Link} href="/alerts" size="sm" c="cyan">
        {t('showAll')}
      </Text>
    </Group>
  )
}

/** Who acknowledges and silences, and for how long. */
interface Actor {
  readonly by: string
  readonly hours: number
}

function GroupCard({ group, actor }: { readonly group: FiringGroup; readonly actor: Actor }): ReactNode {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const isAnswered = isAcknowledged(group)
  const answer = useMutation({
    mutationFn: async (): Promise<void> => {
      await (isAnswered ? withdrawGroup : acknowledgeGroup)(group.key, actor.by)
    },
    onSuccess: () => queries.invalidateQueries(),
  })
  const name = group.labels.alertname ?? group.alerts[0]?.labels.alertname ?? group.key
  return (
    <Card withBorder radius="md" padding="sm" data-alert={name} data-state="firing">
      <Group gap="xs" mb={4} justify="space-between">
        <Group gap="xs">
          <Badge color={isAnswered ? 'teal' : isAlwaysOn(group) ? 'gray' : 'red'}>
            {isAnswered ? t('acknowledged') : t('firing')}
          </Badge>
          <Text fw={600}>{name}</Text>
          <Severities group={group} />
          <Text size="xs" c="dimmed">
            → {group.receiver}
          </Text>
        </Group>
        <Button
          size="compact-xs"
          variant={isAnswered ? 'default' : 'filled'}
          loading={answer.isPending}
          onClick={() => answer.mutate()}
        >
          {isAnswered ? t('withdraw') : t('acknowledge')}
        </Button>
      </Group>
      <Failure error={answer.error} />
      <Stack gap={6}>
        {group.alerts.map((alert) => (
          <AlertRow key={alert.fingerprint} alert={alert} actor={actor} />
        ))}
      </Stack>
    </Card>
  )
}

function Severities({ group }: { readonly group: FiringGroup }): ReactNode {
  const severities = new Set(group.alerts.flatMap(({ labels }) => labels.severity ?? []))
  severities.delete('none')
  return [...severities].map((severity) => (
    <Badge key={severity} variant="outline" color="gray">
      {severity}
    </Badge>
  ))
}

/** The annotation in the reader's language, when the alert has one. */
function annotation({ annotations }: FiringAlertBody, name: string, language: Language): string {
  return (language === 'zh' ? annotations[`${name}_zh`] : undefined) ?? annotations[name] ?? ''
}

function AlertRow({ alert, actor }: { readonly alert: FiringAlertBody; readonly actor: Actor }): ReactNode {
  const { t, language } = useLanguage()
  const queries = useQueryClient()
  const silence = useMutation({
    mutationFn: () => silenceAlert({ labels: alert.labels, ...actor }),
    onSuccess: () => queries.invalidateQueries(),
  })
  const own = Object.entries(alert.labels).filter(([name]) => name !== 'alertname' && name !== 'severity')
  const isSilenced = alert.silencedBy.length > 0
  return (
    <Group justify="space-between" gap="xs" px="xs">
      <Text component="div" size="sm" flex={1} miw={220}>
        {annotation(alert, 'summary', language)}
        <Text size="xs" c="dimmed">
          {own.map(([name, value]) => `${name}=${value}`).join('  ')}
        </Text>
        {alert.acknowledgement !== null && (
          <Text size="xs" c="teal">
            {t('acknowledged')}: {alert.acknowledgement.by} {formatClock(alert.acknowledgement.timeMs)}{' '}
            {alert.acknowledgement.comment}
          </Text>
        )}
        {alert.inhibitedBy.length > 0 && (
          <Text size="xs" c="dimmed">
            {t('inhibited')}
          </Text>
        )}
        <Failure error={silence.error} />
      </Text>
      <Group gap="sm">
        <AlertLinks alert={alert} />
        <Text size="sm" c="dimmed">
          {t('since')} {formatClock(alert.startsAtMs)}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          loading={silence.isPending}
          disabled={isSilenced}
          onClick={() => silence.mutate()}
        >
          {isSilenced ? t('silenced') : `${t('silenceFor')} ${actor.hours} ${t('hours')}`}
        </Button>
      </Group>
    </Group>
  )
}

/** To its graph, and to the requests of the time when it is about some. */
function AlertLinks({ alert: { labels, generatorUrl, startsAtMs } }: { readonly alert: FiringAlertBody }): ReactNode {
  const { t } = useLanguage()
  const range = fixedRange(startsAtMs - BEFORE_MS, Date.now())
  const expression = expressionOf(generatorUrl)
  const requests = requestsOfAlert(labels)
  return (
    <>
      {expression !== undefined && (
        <Anchor component={Link} href={queryLink(expression, range)} size="sm">
          {t('graph')}
        </Anchor>
      )}
      {requests !== undefined && (
        <Anchor component={Link} href={requestsLink(requests, range)} size="sm">
          {t('requests')}
        </Anchor>
      )}
    </>
  )
}

function Failure({ error }: { readonly error: Error | null }): ReactNode {
  return (
    error !== null && (
      <Text size="xs" c="red">
        {error.message}
      </Text>
    )
  )
}
