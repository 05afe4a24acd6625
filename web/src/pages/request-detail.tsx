import { Alert, Anchor, Badge, Card, Code, Grid, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { MouseEvent, ReactNode } from 'react'
import { Link } from 'wouter'
import type { RequestBody } from '../../../src/api/types.ts'
import type { Message, MessagePart, TokenUsage } from '../../../src/model/span.ts'
import { fetchRequest } from '../api/tetrascope.ts'
import { formatClock, formatDurationMs, formatNumber, whyNoCost } from '../charts/format.ts'
import { HandLabels } from '../components/hand-labels.tsx'
import { Loaded } from '../components/loaded.tsx'
import { TraceWaterfall } from '../components/trace-waterfall.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'
import { requestsLink } from '../links.ts'

/** Evaluations arrive a moment after the request. */
const REFRESH_MS = 3_000

/** One model call: what was said, what it took, what the evaluators found, and the trace around it. */
export function RequestDetailPage({
  traceId,
  spanId,
}: {
  readonly traceId: string
  readonly spanId: string
}): ReactNode {
  const { t } = useLanguage()
  const request = useQuery({
    queryKey: ['request', traceId, spanId],
    queryFn: ({ signal }) => fetchRequest(traceId, spanId, signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Stack gap="md">
      <Anchor component={Link} href="/requests" size="sm" onClick={backWhenPossible}>
        ← {t('back')}
      </Anchor>
      <Loaded query={request}>{(body) => <RequestDetail body={body} />}</Loaded>
    </Stack>
  )
}

/** Back is the list as it was narrowed down; who came by a link from elsewhere gets the whole list. */
function backWhenPossible(event: MouseEvent): void {
  if (window.history.length <= 1) return
  event.preventDefault()
  window.history.back()
}

function RequestDetail({ body }: { readonly body: RequestBody }): ReactNode {
  const { t } = useLanguage()
  const { span } = body
  const { llm } = span
  if (llm === undefined) return null
  return (
    <>
      <Group gap="sm">
        <Title order={3}>{llm.responseModel || llm.requestModel}</Title>
        <Badge variant="light" color={span.status === 'error' ? 'red' : 'teal'}>
          {span.status === 'error' ? t('error') : t('success')}
        </Badge>
        <Text c="dimmed" size="sm">
          {formatClock(span.startMs)}
        </Text>
      </Group>
      {llm.errorMessage !== '' && (
        <Alert color="red" title={llm.errorType}>
          {llm.errorMessage}
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <Messages title={t('prompt')} messages={llm.inputMessages} />
            <Messages title={t('response')} messages={llm.outputMessages} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <Facts body={body} />
            <Evaluations body={body} />
            <HandLabels traceId={span.traceId} spanId={span.spanId} />
          </Stack>
        </Grid.Col>
      </Grid>
      <TraceWaterfall traceId={span.traceId} spanId={span.spanId} />
    </>
  )
}

function Messages({ title, messages }: { readonly title: string; readonly messages: readonly Message[] }): ReactNode {
  return (
    <Card withBorder radius="md">
      <Text fw={600} mb="xs">
        {title}
      </Text>
      <Stack gap="sm">
        {messages.map((message, i) => (
          // Messages have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={i}>
            <Badge size="xs" variant="outline" color="gray" mb={4}>
              {message.role}
            </Badge>
            {message.parts.map((part, j) => (
              // oxlint-disable-next-line react/no-array-index-key
              <PartView key={j} part={part} />
            ))}
          </div>
        ))}
      </Stack>
    </Card>
  )
}

function PartView({ part }: { readonly part: MessagePart }): ReactNode {
  switch (part.type) {
    case 'text':
      return <PlainText>{part.text}</PlainText>
    case 'reasoning':
      return <PlainText dimmed>{part.text}</PlainText>
    case 'tool_call':
      return <Code block>{`${part.name}(${part.arguments})`}</Code>
    case 'tool_result':
      return <Code block>{part.content}</Code>
    case 'media':
      return <Code>{`${part.mediaType} ${part.reference}`}</Code>
  }
}

function PlainText({ children, dimmed = false }: { readonly children: string; readonly dimmed?: boolean }): ReactNode {
  return (
    <Text
      size="sm"
      style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      {...(dimmed && { c: 'dimmed', fs: 'italic' })}
    >
      {children}
    </Text>
  )
}

function Facts({ body: { span, costUsd } }: { readonly body: RequestBody }): ReactNode {
  const { t } = useLanguage()
  const { llm } = span
  if (llm === undefined) return null
  const tokens = `${formatNumber(llm.usage.inputTokens, '')} → ${formatNumber(llm.usage.outputTokens, '')}`
  const isEstimated = span.attributes['tetrascope.usage.estimated'] === true
  const facts: ReadonlyArray<readonly [name: string, value: string, hint?: string, link?: string]> = [
    [t('provider'), llm.provider],
    [t('latency'), formatDurationMs(span.endMs - span.startMs)],
    [t('ttft'), formatDurationMs(llm.ttftMs)],
    [t('tokens'), isEstimated ? `≈ ${tokens}` : tokens, isEstimated ? t('estimatedTokens') : ''],
    costUsd === undefined ? noCost(llm.usage, t) : [t('cost'), formatNumber(costUsd, 'USD')],
    [t('finish'), llm.finishReasons.join(', ')],
    [t('user'), span.userId, '', requestsLink({ user: span.userId })],
    [t('session'), span.sessionId, '', requestsLink({ session: span.sessionId })],
    [t('feature'), llm.feature, '', requestsLink({ feature: llm.feature })],
    [t('service'), span.service, '', requestsLink({ service: span.service })],
    [t('trace'), span.traceId, '', requestsLink({ trace: span.traceId })],
    [t('logs'), t('logLines'), '', `/logs?${new URLSearchParams({ trace: span.traceId })}`],
  ]
  return (
    <Card withBorder radius="md">
      <Table fz="sm" verticalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value, hint = '', link = '']) => (
              <Table.Tr key={name}>
                <Table.Td c="dimmed">{name}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {link === '' ? (
                    value
                  ) : (
                    <Anchor component={Link} href={link} size="sm">
                      {value}
                    </Anchor>
                  )}
                  {hint !== '' && (
                    <Text size="xs" c="dimmed">
                      {hint}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Card>
  )
}

function noCost(usage: TokenUsage, t: (key: TextKey) => string): readonly [name: string, value: string, hint: string] {
  const reason = whyNoCost(usage)
  return [t('cost'), t(reason), reason === 'unknownTokens' ? t('unknownTokensHint') : '']
}

function Evaluations({ body: { evaluations } }: { readonly body: RequestBody }): ReactNode {
  const { t } = useLanguage()
  return (
    <Card withBorder radius="md" data-card="evaluations">
      <Text fw={600} mb="xs">
        {t('evaluations')}
      </Text>
      {evaluations.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noEvaluations')}
        </Text>
      )}
      <Stack gap={8}>
        {evaluations.map((evaluation) => (
          <div key={`${evaluation.evaluator}${evaluation.evaluatorVersion}`}>
            <Group justify="space-between" gap={4}>
              <Text size="sm">{evaluation.evaluator}</Text>
              <Badge size="sm" variant="light" color={evaluation.verdict === 'flagged' ? 'red' : 'teal'}>
                {t(evaluation.verdict)} {evaluation.score.toFixed(2)}
              </Badge>
            </Group>
            {evaluation.explanation !== '' && (
              <Text size="xs" c="dimmed">
                {evaluation.explanation}
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Card>
  )
}
