import { Badge, Card, Group, SimpleGrid, Stack, Text, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type {
  Comparison,
  DriftBin,
  DriftBody,
  DriftLevel,
  EmbeddingDrift,
  FeatureDrift,
} from '../../../src/api/types.ts'
import { fetchDrift } from '../api/tetrascope.ts'
import { formatClock, formatDurationMs, formatNumber } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'
import { ONE_REQUEST } from '../snippets.ts'

const REFRESH_MS = 5_000
const CHART_HEIGHT = 88
/** Categories beyond these are left out of a chart; they are the rarest. */
const MAX_BARS = 24

const REFERENCE_COLOR = 'var(--mantine-color-gray-5)'
const CURRENT_COLOR = 'var(--mantine-primary-color-filled)'
const COLOR: Readonly<Record<DriftLevel, string>> = { none: 'teal', slight: 'orange', severe: 'red' }
const LEVEL: Readonly<Record<DriftLevel, TextKey>> = {
  none: 'driftNone',
  slight: 'driftSlight',
  severe: 'driftSevere',
}
const REFERENCE: Readonly<Record<DriftBody['reference']['kind'], TextKey>> = {
  rolling: 'driftRolling',
  window: 'driftWindow',
  pinned: 'driftPinned',
  weekly: 'driftWeekly',
  file: 'driftFile',
}

/** Which features of which models have moved away from the reference, the farthest first, and which of their bins. */
export function DriftPage(): ReactNode {
  const { t } = useLanguage()
  const drift = useQuery({
    queryKey: ['drift'],
    queryFn: ({ signal }) => fetchDrift(signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <Loaded query={drift}>
      {(body) => (
        <Stack gap="sm">
          <Summary body={body} />
          {body.features.length + body.embeddings.length === 0 ? (
            <Empty title={t('driftEmpty')} hint={t('driftEmptyHint')} snippet={ONE_REQUEST} />
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm">
              {body.embeddings.map((embedding) => (
                <EmbeddingCard key={embedding.model} drift={embedding} />
              ))}
              {body.features.map((feature) => (
                <FeatureCard key={`${feature.model} ${feature.feature}`} drift={feature} />
              ))}
            </SimpleGrid>
          )}
        </Stack>
      )}
    </Loaded>
  )
}

/** What is compared with what. */
function Summary({ body }: { readonly body: DriftBody }): ReactNode {
  const { t } = useLanguage()
  const { kind, durationMs, problem } = body.reference
  const reference = `${t(REFERENCE[kind])}${durationMs === null ? '' : ` (${formatSpan(durationMs)})`}`
  return (
    <Group gap="md">
      <Key color={REFERENCE_COLOR}>
        {t('driftReference')}: {reference}
      </Key>
      <Key color={CURRENT_COLOR}>
        {t('driftCurrent')} ({formatSpan(body.currentMs)})
        {body.comparedMs !== null && ` · ${formatClock(body.comparedMs)}`}
      </Key>
      {problem !== null && (
        <Text size="sm" c="orange">
          {problem}
        </Text>
      )}
    </Group>
  )
}

/** What a colour of the charts stands for. */
function Key({ color, children }: { readonly color: string; readonly children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      <span
        style={{ display: 'inline-block', width: 10, height: 10, borderRadius: 2, marginRight: 6, background: color }}
      />
      {children}
    </Text>
  )
}

function formatSpan(durationMs: number): string {
  if (durationMs >= 3_600_000) return `${formatNumber(durationMs / 3_600_000, '')} h`
  return durationMs >= 60_000 ? `${formatNumber(durationMs / 60_000, '')} min` : formatDurationMs(durationMs)
}

function FeatureCard({ drift }: { readonly drift: FeatureDrift }): ReactNode {
  const { comparison } = drift
  return (
    <Card withBorder radius="md" padding="sm" data-drift={drift.feature}>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <div>
          <Text fw={600}>{drift.feature}</Text>
          <Text size="xs" c="dimmed">
            {drift.model} · {formatNumber(drift.referenceCount, '')} → {formatNumber(drift.currentCount, '')}
          </Text>
        </div>
        <LevelBadge comparison={comparison} psi={comparison?.effects.psi} />
      </Group>
      {comparison !== undefined && <ComparisonView comparison={comparison} />}
    </Card>
  )
}

/** Of a vector nothing can be drawn: how far the whole has moved, and where its middle is now. */
function EmbeddingCard({ drift }: { readonly drift: EmbeddingDrift }): ReactNode {
  const { t } = useLanguage()
  const { model, length, referenceCount, currentCount, comparison } = drift
  return (
    <Card withBorder radius="md" padding="sm" data-drift="embedding">
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <div>
          <Text fw={600}>
            {t('driftEmbedding')} ({length} {t('driftDimensions')})
          </Text>
          <Text size="xs" c="dimmed">
            {model} · {formatNumber(referenceCount, '')} → {formatNumber(currentCount, '')}
          </Text>
        </div>
        <LevelBadge comparison={comparison} psi={comparison?.psi} />
      </Group>
      {comparison?.distance !== undefined && (
        <Text size="xs" c="dimmed">
          {t('driftDistance')} {formatNumber(comparison.distance, '')}
        </Text>
      )}
    </Card>
  )
}

function LevelBadge({
  comparison,
  psi,
}: {
  readonly comparison: { readonly level: DriftLevel } | undefined
  readonly psi: number | undefined
}): ReactNode {
  const { t } = useLanguage()
  if (comparison === undefined)
    return (
      <Badge color="gray" variant="light" miw="max-content">
        {t('driftTooFew')}
      </Badge>
    )
  const { level } = comparison
  return (
    <Badge color={COLOR[level]} variant={level === 'none' ? 'light' : 'filled'} miw="max-content">
      {t(LEVEL[level])} · PSI {formatNumber(psi, '')}
    </Badge>
  )
}

function ComparisonView({ comparison }: { readonly comparison: Comparison }): ReactNode {
  const { t } = useLanguage()
  const { effects, referenceMean, currentMean } = comparison
  const shown = [
    ['JS', effects.js, 'driftJs'],
    ['KS', effects.ks, 'driftKs'],
    ['W₁/σ', effects.wasserstein_normed, 'driftWasserstein'],
    ["Cramér's V", effects.cramers_v, 'driftCramer'],
  ] as const
  return (
    <>
      <BinChart bins={comparison.bins.slice(0, MAX_BARS)} />
      <Group gap="2px 14px" mt={4}>
        {shown.map(([name, value, meaning]) =>
          value === undefined ? null : (
            <Text key={name} size="xs" c="dimmed" title={t(meaning)}>
              {name} {formatNumber(value, '')}
            </Text>
          ),
        )}
        {referenceMean !== undefined && (
          <Text size="xs" c="dimmed">
            {t('driftMean')} {formatNumber(referenceMean, '')} → {formatNumber(currentMean, '')}
          </Text>
        )}
        <Text size="xs" c="dimmed" title={t('driftByChance')}>
          ±{formatNumber(comparison.psiByChance, '')}
        </Text>
      </Group>
    </>
  )
}

/** Every bin as two bars side by side: its share before in grey, now in colour. What stands under the pointer is told in words. */
function BinChart({ bins }: { readonly bins: readonly DriftBin[] }): ReactNode {
  const { t } = useLanguage()
  const [chosen, choose] = useState<DriftBin | undefined>()
  const top = Math.max(...bins.map(({ referenceShare, currentShare }) => Math.max(referenceShare, currentShare)), 1e-9)
  const told = chosen ?? bins.toSorted((a, b) => b.contribution - a.contribution)[0]
  return (
    <>
      <Group gap={3} wrap="nowrap" align="flex-end" h={CHART_HEIGHT} onMouseLeave={() => choose(undefined)}>
        {bins.map((bin) => (
          <Tooltip key={bin.label} label={bin.label} openDelay={200}>
            <Group
              gap={1}
              wrap="nowrap"
              align="flex-end"
              h="100%"
              flex={1}
              miw={4}
              onMouseEnter={() => choose(bin)}
              style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}
            >
              <Bar share={bin.referenceShare / top} color={REFERENCE_COLOR} />
              <Bar share={bin.currentShare / top} color={CURRENT_COLOR} />
            </Group>
          </Tooltip>
        ))}
      </Group>
      {told !== undefined && (
        <Text size="xs" mt={4} truncate>
          <b>{told.label}</b>: {t('driftBefore')} {formatShare(told.referenceShare)} → {t('driftNow')}{' '}
          {formatShare(told.currentShare)}
        </Text>
      )}
    </>
  )
}

function Bar({ share, color }: { readonly share: number; readonly color: string }): ReactNode {
  return (
    <div
      style={{
        flex: 1,
        height: `${100 * share}%`,
        minHeight: share > 0 ? 1 : 0,
        background: color,
        borderRadius: '2px 2px 0 0',
      }}
    />
  )
}

function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}
