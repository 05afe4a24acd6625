import { Badge, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type AlertBody, fetchRules, type RuleBody } from '../api/prometheus.ts'
import { fetchNotifications, silenceAlert } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { useLanguage, type Language } from '../i18n/language.tsx'

const REFRESH_MS = 5_000

/** What fires, what is about to, all rules, and what was sent to whom. */
export function AlertsPage(): ReactNode {
  const { t } = useLanguage()
  const rules = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => fetchRules(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Loaded query={rules}>
      {(groups) => {
        const alerting = groups.flatMap((group) => group.rules).filter(({ type }) => type === 'alerting')
        const active = alerting.filter((rule) => (rule.alerts ?? []).length > 0)
        return (
          <Stack gap="lg">
            {active.length === 0 && <Empty title={t('nothingFires')} />}
            <Stack gap="xs">
              {active.toSorted(firingFirst).map((rule) => (
                <ActiveRule key={rule.name + rule.query} rule={rule} />
              ))}
            </Stack>
            <Notifications />
            <RuleTable rules={alerting} />
          </Stack>
        )
      }}
    </Loaded>
  )
}

function firingFirst(a: RuleBody, b: RuleBody): number {
  const rank = (rule: RuleBody): string =>
    `${rule.state === 'firing' ? 0 : 1}${rule.labels?.severity ?? '~'}${rule.name}`
  return rank(a).localeCompare(rank(b))
}

/** The annotation in the reader's language, when the rule has one. */
function annotation(alert: AlertBody, name: string, language: Language): string {
  return (language === 'zh' ? alert.annotations[`${name}_zh`] : undefined) ?? alert.annotations[name] ?? ''
}

/** One rule with all its alerts: one rule fires for many instances. */
function ActiveRule({ rule }: { readonly rule: RuleBody }): ReactNode {
  const { t } = useLanguage()
  const alerts = rule.alerts ?? []
  return (
    <Card withBorder radius="md" padding="sm" data-alert={rule.name} data-state={rule.state}>
      <Group gap="xs" mb={4}>
        <Badge color={rule.state === 'firing' ? 'red' : 'orange'}>{t(rule.state ?? 'inactive')}</Badge>
        <Text fw={600}>{rule.name}</Text>
        {rule.labels?.severity !== undefined && (
          <Badge variant="outline" color="gray">
            {rule.labels.severity}
          </Badge>
        )}
      </Group>
      <Table fz="sm" verticalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {alerts.map((alert) => (
            <AlertRow key={JSON.stringify(alert.labels)} alert={alert} common={rule.labels ?? {}} />
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  )
}

interface AlertRowProps {
  readonly alert: AlertBody
  /** Labels that all alerts of the rule have, and that need no telling again. */
  readonly common: Readonly<Record<string, string>>
}

function AlertRow({ alert, common }: AlertRowProps): ReactNode {
  const { t, language } = useLanguage()
  const silence = useMutation({ mutationFn: () => silenceAlert(alert.labels, 2) })
  const own = Object.entries(alert.labels).filter(([name]) => name !== 'alertname' && !(name in common))
  return (
    <Table.Tr>
      <Table.Td>
        {annotation(alert, 'summary', language)}
        <Text size="xs" c="dimmed">
          {own.map(([name, value]) => `${name}=${value}`).join('  ')}
        </Text>
        {silence.error !== null && (
          <Text size="xs" c="red">
            {silence.error.message}
          </Text>
        )}
      </Table.Td>
      <Table.Td c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {t(alert.state)} {t('since')} {formatClock(Date.parse(alert.activeAt))}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-xs"
          variant="default"
          loading={silence.isPending}
          disabled={silence.isSuccess}
          onClick={() => silence.mutate()}
        >
          {silence.isSuccess ? t('silenced') : t('silenceFor')}
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}

function Notifications(): ReactNode {
  const { t } = useLanguage()
  const sent = useQuery({
    queryKey: ['notifications'],
    queryFn: ({ signal }) => fetchNotifications(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <div>
      <Title order={4} mb="xs">
        {t('notifications')}
      </Title>
      <Loaded query={sent}>
        {({ notifications }) =>
          notifications.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('noNotifications')}
            </Text>
          ) : (
            <Table fz="sm" verticalSpacing={4}>
              <Table.Tbody>
                {notifications.slice(0, 20).map((notification) => (
                  <Table.Tr key={`${notification.timeMs}${notification.receiver}${notification.groupKey}`}>
                    <Table.Td>{formatClock(notification.timeMs)}</Table.Td>
                    <Table.Td>{`${notification.receiver} / ${notification.integration}`}</Table.Td>
                    <Table.Td>{notification.groupKey}</Table.Td>
                    <Table.Td>{`${t(notification.status)} · ${notification.alerts}`}</Table.Td>
                    <Table.Td c={notification.outcome === 'sent' ? 'teal' : 'red'}>
                      {notification.outcome === 'sent' ? t('sent') : `${t('notSent')}: ${notification.reason}`}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </div>
  )
}

function RuleTable({ rules }: { readonly rules: readonly RuleBody[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <div>
      <Title order={4} mb="xs">
        {t('rules')}
      </Title>
      <Card withBorder padding={0} radius="md">
        <Table fz="sm" verticalSpacing={4}>
          <Table.Tbody>
            {rules.map((rule) => (
              <Table.Tr key={`${rule.name}${rule.query}`}>
                <Table.Td>
                  <Badge
                    size="sm"
                    variant="light"
                    color={rule.state === 'firing' ? 'red' : rule.state === 'pending' ? 'orange' : 'teal'}
                  >
                    {t(rule.state ?? 'inactive')}
                  </Badge>
                </Table.Td>
                <Table.Td>
                  {rule.name}{' '}
                  {rule.labels?.severity !== undefined && (
                    <Badge size="xs" variant="outline">
                      {rule.labels.severity}
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td maw={640}>
                  <Text size="xs" ff="monospace" truncate title={rule.query}>
                    {rule.query}
                  </Text>
                  {rule.lastError !== undefined && rule.lastError !== '' && (
                    <Text size="xs" c="red">
                      {rule.lastError}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
    </div>
  )
}
