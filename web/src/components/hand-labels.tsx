import { Badge, Button, Card, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { LabelsBody } from '../../../src/api/types.ts'
import { fetchLabels, giveFeedback, giveTruth, type Judged } from '../api/tetrascope.ts'
import { formatClock } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'

/** What people say of a request: good or bad, and what would have been right. What is said again on the page replaces what was said before. */
export function HandLabels({ traceId, spanId }: Judged): ReactNode {
  const { t } = useLanguage()
  const judged = { traceId, spanId }
  const queries = useQueryClient()
  const key = ['labels', traceId, spanId]
  const labels = useQuery({ queryKey: key, queryFn: ({ signal }) => fetchLabels(judged, signal) })
  const onSuccess = (): Promise<void> => queries.invalidateQueries({ queryKey: key })
  const [comment, setComment] = useState('')
  const [expected, setExpected] = useState('')
  const [predicted, setPredicted] = useState('')
  const vote = useMutation({ mutationFn: (value: 0 | 1) => giveFeedback(judged, value, comment), onSuccess })
  const truth = useMutation({ mutationFn: () => giveTruth(judged, expected.trim(), predicted.trim()), onSuccess })
  const error = vote.error ?? truth.error
  return (
    <Card withBorder radius="md" data-card="labels">
      <Text fw={600} mb="xs">
        {t('judgement')}
      </Text>
      <Stack gap="xs">
        {(labels.data?.labels ?? []).map((label) => (
          <LabelLine key={label.id} label={label} />
        ))}
        <Group gap="xs" wrap="nowrap">
          <TextInput
            aria-label={t('comment')}
            placeholder={t('comment')}
            size="xs"
            flex={1}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="light"
            color="teal"
            onClick={() => vote.mutate(1)}
            loading={vote.isPending && vote.variables === 1}
          >
            {t('goodAnswer')}
          </Button>
          <Button
            size="xs"
            variant="light"
            color="red"
            onClick={() => vote.mutate(0)}
            loading={vote.isPending && vote.variables === 0}
          >
            {t('badAnswer')}
          </Button>
        </Group>
        <TextInput
          label={t('expectedAnswer')}
          size="xs"
          value={expected}
          onChange={(event) => setExpected(event.currentTarget.value)}
        />
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            label={t('predictedAnswer')}
            placeholder={t('predictedHint')}
            size="xs"
            flex={1}
            value={predicted}
            onChange={(event) => setPredicted(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            disabled={expected.trim() === ''}
            onClick={() => truth.mutate()}
            loading={truth.isPending}
          >
            {t('save')}
          </Button>
        </Group>
        {error !== null && (
          <Text size="xs" c="red">
            {error.message}
          </Text>
        )}
      </Stack>
    </Card>
  )
}

function LabelLine({ label }: { readonly label: LabelsBody['labels'][number] }): ReactNode {
  const { t } = useLanguage()
  const { type, value, comment, attributes, timeMs } = label
  const isFeedback = type === 'feedback'
  const isGood = (value ?? 0) >= 0.5
  return (
    <div data-label={isFeedback ? 'feedback' : 'ground_truth'}>
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <Text size="sm">{isFeedback ? t('feedback') : t('groundTruth')}</Text>
        {isFeedback ? (
          <Badge size="sm" variant="light" color={isGood ? 'teal' : 'red'}>
            {isGood ? t('goodAnswer') : t('badAnswer')}
          </Badge>
        ) : (
          <Text size="sm" fw={600} ta="right" style={{ overflowWrap: 'anywhere' }}>
            {typeof attributes['expected'] === 'string' ? attributes['expected'] : ''}
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {formatClock(timeMs)} {comment}
      </Text>
    </div>
  )
}
