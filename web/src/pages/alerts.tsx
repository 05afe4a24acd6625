import { Badge, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchRules, type AlertBody, type RuleBody } from '../api/prometheus.ts'
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
        const alerts = alerting.flatMap((rule) => (rule.alerts ?? []).map((alert) => ({ rule, alert })))
        return (
          <Stack gap="lg">
            {alerts.length === 0 && <Empty title={t('nothingFires')} />}
            {alerts.toSorted(firingFirst).map(({ rule, alert }) => (
              <AlertCard key={JSON.stringify(alert.labels)} rule={rule} alert={alert} />
            ))}
            <Notifications />
            <RuleTable rules={alerting} />
          </Stack>
        )
      }}
    </Loaded>
  )
}

interface ActiveAlert {
  readonly rule: RuleBody
  readonly alert: AlertBody
}

function firingFirst(a: ActiveAlert, b: ActiveAlert): number {
  const rank = ({ alert }: ActiveAlert): string =>
    `${alert.state === 'firing' ? 0 : 1}${alert.labels.severity ?? '~'}${alert.activeAt}`
  return rank(a).localeCompare(rank(b))
}

/** The annotation in the reader's language, when the rule has one. */
function annotation(alert: AlertBody, name: string, language: Language): string {
  return (language === 'zh' ? alert.annotations[`${name}_zh`] : undefined) ?? alert.annotations[name] ?? ''
}

function AlertCard({ rule, alert }: ActiveAlert): ReactNode {
  const { t, language } = useLanguage()
  const silence = useMutation({ mutationFn: () => silenceAlert(alert.labels, 2) })
  const { alertname, ...labels } = alert.labels
  return (
    <Card withBorder radius="md" padding="sm" data-alert={rule.name} data-state={alert.state}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Group gap="xs">
            <Badge color={alert.state === 'firing' ? 'red' : 'orange'}>{t(alert.state)}</Badge>
            <Text fw={600}>{alertname}</Text>
            <Text size="xs" c="dimmed">
              {t('since')} {formatClock(Date.parse(alert.activeAt))} · {t('value')} {Number(alert.value).toPrecision(4)}
            </Text>
          </Group>
          <Text size="sm" mt={4}>
            {annotation(alert, 'summary', language)}
          </Text>
          <Text size="sm" c="dimmed">
            {annotation(alert, 'description', language)}
          </Text>
          <Labels labels={labels} />
        </div>
        <Button
          size="xs"
          variant="default"
          loading={silence.isPending}
          disabled={silence.isSuccess}
          onClick={() => silence.mutate()}
        >
          {silence.isSuccess ? t('silenced') : t('silenceFor')}
        </Button>
      </Group>
      {silence.error !== null && (
        <Text size="xs" c="red">
          {silence.error.message}
        </Text>
      )}
    </Card>
  )
}

function Labels({ labels }: { readonly labels: Readonly<Record<string, string>> }): ReactNode {
  return (
    <Group gap={4} mt={6}>
      {Object.entries(labels).map(([name, value]) => (
        <Badge key={name} variant="outline" color="gray" size="xs" tt="none">
          {name}={value}
        </Badge>
      ))}
    </Group>
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
