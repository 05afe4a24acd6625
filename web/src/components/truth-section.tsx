import { Badge, Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ModelTruth } from '../../../src/api/types.ts'
import { fetchTruth } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Loaded } from './loaded.tsx'
import { formatInterval, formatShare } from './rate-bar.tsx'

const REFRESH_MS = 15_000
/** Truths arrive long after their requests, so that a short range would show none. */
const WINDOW = '24h'
/** More labels do not fit into a table that one can read. */
const MAX_LABELS = 12
const MAX_SEGMENTS = 12

/** How right the models were by the truths of the last day. */
export function TruthSection({ model }: { readonly model: string }): ReactNode {
  const { t } = useLanguage()
  const truth = useQuery({
    queryKey: ['truth', model],
    queryFn: ({ signal }) => fetchTruth(WINDOW, model, signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <section data-section="truth">
      <Title order={4} mb="xs">
        {t('againstTruth')}
      </Title>
      <Loaded query={truth}>
        {({ models }) =>
          models.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('noTruth')}
            </Text>
          ) : (
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
              {models.map((found) => (
                <TruthCard key={found.model} truth={found} />
              ))}
            </SimpleGrid>
          )
        }
      </Loaded>
    </section>
  )
}

function TruthCard({ truth }: { readonly truth: ModelTruth }): ReactNode {
  const { t } = useLanguage()
  const { classification, calibration, segments, fairness } = truth
  const { accuracy, accuracyInterval, precision, recall, f1, samples, positive } = classification
  const figures = [
    [t('accuracy'), `${formatShare(accuracy)} (${formatInterval(accuracyInterval)})`],
    [t('precision'), formatShare(precision)],
    [t('recall'), formatShare(recall)],
    ['F1', formatNumber(f1, '')],
    ...(calibration === undefined ? [] : [[t('calibrationError'), formatNumber(calibration.error, '')]]),
  ]
  return (
    <Card withBorder radius="md" padding="sm">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>{truth.model}</Text>
          <Text size="xs" c="dimmed">
            {positive !== undefined && `${positive} · `}
            {t('samples')} {formatNumber(samples, '')}
          </Text>
        </Group>
        <Group gap="lg">
          {figures.map(([name, value]) => (
            <div key={name}>
              <Text size="xs" c="dimmed">
                {name}
              </Text>
              <Text fw={600}>{value}</Text>
            </div>
          ))}
        </Group>
        <Confusion classification={classification} />
        <Segments segments={segments} />
        <Fairness gaps={fairness} />
      </Stack>
    </Card>
  )
}

/** Rows are what was right, columns what was answered; the darker, the more often. */
function Confusion({ classification }: { readonly classification: ModelTruth['classification'] }): ReactNode {
  const { t } = useLanguage()
  const { confusion } = classification
  const labelsOf = (side: 'expected' | 'predicted'): string[] =>
    [...new Set(confusion.map((cell) => cell[side]))].slice(0, MAX_LABELS)
  const rows = labelsOf('expected')
  const columns = [...new Set([...rows, ...labelsOf('predicted')])].slice(0, MAX_LABELS)
  const counts = new Map(confusion.map(({ expected, predicted, count }) => [`${expected}\0${predicted}`, count]))
  const top = Math.max(...counts.values(), 1)
  return (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {t('confusion')}: {t('expected')} ↓ {t('answeredAs')} →
      </Text>
      <Table.ScrollContainer minWidth={120}>
        <Table fz="xs" withTableBorder withColumnBorders verticalSpacing={2} w="auto">
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              {columns.map((label) => (
                <Table.Th key={label}>{label.slice(0, 40) || '–'}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((expected) => (
              <Table.Tr key={expected}>
                <Table.Th>{expected.slice(0, 40)}</Table.Th>
                {columns.map((predicted) => (
                  <ConfusionCell
                    key={predicted}
                    count={counts.get(`${expected}\0${predicted}`) ?? 0}
                    top={top}
                    isRight={expected === predicted}
                  />
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  )
}

function ConfusionCell({
  count,
  top,
  isRight,
}: {
  readonly count: number
  readonly top: number
  readonly isRight: boolean
}): ReactNode {
  const strength = count === 0 ? 0 : 12 + (38 * count) / top
  const color = isRight ? 'var(--mantine-color-teal-6)' : 'var(--mantine-color-red-6)'
  return (
    <Table.Td ta="right" style={{ background: `color-mix(in srgb, ${color} ${strength}%, transparent)` }}>
      {count}
    </Table.Td>
  )
}

function Segments({ segments }: { readonly segments: ModelTruth['segments'] }): ReactNode {
  const { t } = useLanguage()
  if (segments.length === 0) return null
  return (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {t('segments')}
      </Text>
      {segments.slice(0, MAX_SEGMENTS).map(({ attribute, value, classification }) => (
        <Text key={`${attribute} ${value}`} size="xs">
          {attribute} = {value || '–'}: {t('accuracy')} {formatShare(classification.accuracy)} (
          {formatInterval(classification.accuracyInterval)}, n {classification.samples})
        </Text>
      ))}
    </div>
  )
}

/** A gap whose interval holds 0 may be chance, and is not coloured. */
function Fairness({ gaps }: { readonly gaps: ModelTruth['fairness'] }): ReactNode {
  const { t } = useLanguage()
  if (gaps.length === 0) return null
  return (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {t('fairnessGaps')}
      </Text>
      {gaps.map(({ attribute, criterion, gap, interval, highest, lowest }) => {
        const mayBeChance = interval.lower <= 0
        return (
          <Group key={`${attribute} ${criterion}`} gap="xs">
            <Text size="xs">
              {t(criterion)} ({attribute}): {highest} – {lowest} {formatShare(gap)} ({formatInterval(interval)})
            </Text>
            {mayBeChance ? (
              <Text size="xs" c="dimmed">
                {t('mayBeChance')}
              </Text>
            ) : (
              <Badge size="xs" variant="light" color="orange">
                {formatShare(gap)}
              </Badge>
            )}
          </Group>
        )
      })}
    </div>
  )
}
