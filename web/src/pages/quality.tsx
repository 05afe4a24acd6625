import { Anchor, Card, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { EvaluatorReport, QualityReportBody } from '../../../src/api/types.ts'
import { fetchQuality } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { ModelSelect } from '../components/model-select.tsx'
import { formatInterval, formatShare, RateBar, RateChange } from '../components/rate-bar.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useRange } from '../components/time-range.tsx'
import { TruthSection } from '../components/truth-section.tsx'
import { WorstExamples } from '../components/worst-examples.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { requestsLink } from '../links.ts'
import { ONE_REQUEST } from '../snippets.ts'

const REFRESH_MS = 10_000

/** How good the answers of the chosen range were, beside the range before it, and how right they were where the truth is known. */
export function QualityPage(): ReactNode {
  const { t } = useLanguage()
  const { range, duration, windowUpTo } = useRange()
  const [model, setModel] = useState('')
  const report = useQuery({
    queryKey: ['quality', range, model],
    queryFn: ({ signal }) => fetchQuality({ window: duration, end: windowUpTo(Date.now()).end, model }, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })
  return (
    <Stack gap="md">
      <ModelSelect value={model} onChange={setModel} />
      <Loaded query={report}>
        {(body) => (
          <>
            <Tiles report={body} />
            {body.evaluators.length === 0 ? (
              <Empty title={t('qualityEmpty')} hint={t('qualityEmptyHint')} snippet={ONE_REQUEST} />
            ) : (
              <>
                <EvaluatorTable evaluators={body.evaluators} />
                <ModelTable models={body.models} />
              </>
            )}
          </>
        )}
      </Loaded>
      <TruthSection model={model} />
      <WorstExamples examples={report.data?.worst ?? []} />
    </Stack>
  )
}

function Tiles({ report }: { readonly report: QualityReportBody }): ReactNode {
  const { t } = useLanguage()
  const { requests, evaluated, errors, composite } = report
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Tile title={t('requests')} now={formatNumber(requests.now, '')} before={formatNumber(requests.before, '')} />
      <Tile title={t('evaluated')} now={formatNumber(evaluated.now, '')} before={formatNumber(evaluated.before, '')} />
      <Tile title={t('errorRate')} now={formatShare(errors.now.share)} before={formatShare(errors.before.share)}>
        <RateChange rate={errors} />
      </Tile>
      <Tile
        title={t('composite')}
        hint={t('compositeHint')}
        now={formatNumber(composite.now, '')}
        before={formatNumber(composite.before, '')}
      />
    </SimpleGrid>
  )
}

interface TileProps {
  readonly title: string
  readonly now: string
  readonly before: string
  readonly hint?: string
  readonly children?: ReactNode
}

function Tile({ title, now, before, hint, children }: TileProps): ReactNode {
  const { t } = useLanguage()
  return (
    <Card withBorder radius="md" padding="sm" title={hint}>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fz={24} fw={700} lh={1.3}>
        {now}
      </Text>
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          {t('windowBefore')} {before}
        </Text>
        {children}
      </Group>
    </Card>
  )
}

/** The most flagged first, as the server sends them. */
function EvaluatorTable({ evaluators }: { readonly evaluators: readonly EvaluatorReport[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard minWidth={820} data-table="quality">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('evaluator')}</Table.Th>
          <Table.Th ta="right">{t('flaggedShare')}</Table.Th>
          <Table.Th w="24%" />
          <Table.Th ta="right">{t('interval')}</Table.Th>
          <Table.Th ta="right">{t('samples')}</Table.Th>
          <Table.Th ta="right">{t('windowBefore')}</Table.Th>
          <Table.Th>{t('change')}</Table.Th>
          <Table.Th ta="right">{t('meanScore')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody style={{ whiteSpace: 'nowrap' }}>
        {evaluators.map(({ evaluator, version, flagged, meanScore }) => (
          <Table.Tr key={evaluator} data-evaluator={evaluator}>
            <Table.Td title={`${evaluator}@${version}`}>{evaluator}</Table.Td>
            <Table.Td ta="right" fw={600}>
              <Anchor component={Link} href={requestsLink({ evaluator })} size="sm" fw={600}>
                {formatShare(flagged.now.share)}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <RateBar share={flagged.now.share} interval={flagged.now.interval} />
            </Table.Td>
            <Table.Td ta="right">{formatInterval(flagged.now.interval)}</Table.Td>
            <Table.Td ta="right">{formatNumber(flagged.now.trials, '')}</Table.Td>
            <Table.Td ta="right">{formatShare(flagged.before.share)}</Table.Td>
            <Table.Td>
              <RateChange rate={flagged} />
            </Table.Td>
            <Table.Td ta="right">{formatNumber(meanScore, '')}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}

function ModelTable({ models }: { readonly models: QualityReportBody['models'] }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard title={t('models')} minWidth={520}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('model')}</Table.Th>
          <Table.Th ta="right">{t('requests')}</Table.Th>
          <Table.Th ta="right">{t('errorRate')}</Table.Th>
          <Table.Th ta="right">{t('interval')}</Table.Th>
          <Table.Th ta="right">{t('composite')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {models.map(({ model, requests, errors, composite }) => (
          <Table.Tr key={model}>
            <Table.Td>
              <Anchor component={Link} href={requestsLink({ model })} size="sm">
                {model}
              </Anchor>
            </Table.Td>
            <Table.Td ta="right">{formatNumber(requests, '')}</Table.Td>
            <Table.Td ta="right">{formatShare(errors.share)}</Table.Td>
            <Table.Td ta="right">{formatInterval(errors.interval)}</Table.Td>
            <Table.Td ta="right">{formatNumber(composite, '')}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
