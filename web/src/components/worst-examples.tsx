import { Anchor, Badge, Card, Group, SimpleGrid, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { WorstExample } from '../../../src/api/types.ts'
import { formatClock } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'

/** Flagged requests to look at, each with what was found; a click opens the whole request. */
export function WorstExamples({ examples }: { readonly examples: readonly WorstExample[] }): ReactNode {
  const { t } = useLanguage()
  if (examples.length === 0) return null
  return (
    <section data-section="worst">
      <Title order={4} mb="xs">
        {t('worstExamples')}
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm">
        {examples.map((example) => (
          <Example key={`${example.evaluator} ${example.traceId} ${example.spanId}`} example={example} />
        ))}
      </SimpleGrid>
    </section>
  )
}

function Example({ example }: { readonly example: WorstExample }): ReactNode {
  const { t } = useLanguage()
  const { evaluator, score, label, explanation, traceId, spanId, timeMs, model, prompt, response } = example
  return (
    <Card withBorder radius="md" padding="sm">
      <Group justify="space-between" gap="xs" mb={4}>
        <Badge size="sm" variant="light" color="red">
          {evaluator} {score.toFixed(2)}
        </Badge>
        <Anchor component={Link} href={`/requests/${traceId}/${spanId}`} size="xs">
          {model} · {formatClock(timeMs)}
        </Anchor>
      </Group>
      <Text size="xs" c="dimmed" mb={4}>
        {[label, explanation].filter((text) => text !== undefined && text !== '').join(': ')}
      </Text>
      <Excerpt name={t('prompt')} text={prompt} />
      <Excerpt name={t('response')} text={response} />
    </Card>
  )
}

function Excerpt({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  if (text === '') return null
  return (
    <Text size="sm" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
      <Text span size="xs" c="dimmed">
        {name}{' '}
      </Text>
      {text}
    </Text>
  )
}
