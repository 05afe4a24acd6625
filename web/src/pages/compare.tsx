import { Anchor, Badge, Group, Select, Stack, Table, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { ComparisonBody, ComparisonLine, Estimate, RequestField } from '../../../src/api/types.ts'
import { fetchComparison, fetchFacet, type GroupParameters } from '../api/tetrascope.ts'
import { formatNumber } from '../charts/format.ts'
import { Empty, Loaded } from '../components/loaded.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useRange } from '../components/time-range.tsx'
import type { TextKey } from '../i18n/dictionary.ts'
import { useLanguage } from '../i18n/language.tsx'

const REFRESH_MS = 10_000

/** What two groups may differ in; `time` sets the chosen range against the one before it. */
const FIELDS = ['model', 'provider', 'feature', 'service', 'prompt', 'user', 'finish_reason'] as const
type Field = (typeof FIELDS)[number] | 'time'

const FIELD_NAME: Readonly<Record<Field, TextKey>> = {
  time: 'fieldTime',
  model: 'fieldModel',
  provider: 'fieldProvider',
  feature: 'fieldFeature',
  service: 'fieldService',
  prompt: 'fieldPrompt',
  user: 'fieldUser',
  finish_reason: 'fieldFinishReason',
}

interface Choice {
  readonly by: Field
  readonly a: string
  readonly b: string
}

/** Two groups of requests side by side, with what is sure of their difference. The address holds the choice, so that it can be passed on. */
export function ComparePage(): ReactNode {
  const { t } = useLanguage()
  const [search, setSearch] = useSearchParams()
  const choice = choiceOf(search)
  const choose = (changed: Partial<Choice>): void => setSearch({ ...choice, ...changed }, { replace: true })
  return (
    <Stack gap="sm">
      <Anchor component={Link} href="/requests" size="sm">
        ← {t('back')}
      </Anchor>
      <Title order={3}>{t('compareGroups')}</Title>
      <Group gap="sm" align="flex-end">
        <Select
          label={t('compareBy')}
          size="xs"
          w={230}
          allowDeselect={false}
          value={choice.by}
          onChange={(by) => choose({ by: fieldOf(by), a: '', b: '' })}
          data={(['model', 'time', ...FIELDS.slice(1)] as const).map((field) => ({
            value: field,
            label: t(FIELD_NAME[field]),
          }))}
        />
        {choice.by !== 'time' && <GroupSelects choice={choice} field={choice.by} choose={choose} />}
      </Group>
      <Comparison choice={choice} />
    </Stack>
  )
}

interface GroupSelectsProps {
  readonly choice: Choice
  readonly field: RequestField
  readonly choose: (changed: Partial<Choice>) => void
}

function GroupSelects({ choice, field, choose }: GroupSelectsProps): ReactNode {
  const { range, listWindow } = useRange()
  const facet = useQuery({
    queryKey: ['facet', range, field],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => fetchFacet(listWindow(Date.now()), field, signal),
  })
  const values = (facet.data?.facets[field] ?? []).filter(({ value }) => value !== '')
  const data = values.map(({ value, count }) => ({ value, label: `${value} (${formatNumber(count, '')})` }))
  return (['a', 'b'] as const).map((side) => (
    <Select
      key={side}
      label={side.toUpperCase()}
      size="xs"
      w={230}
      searchable
      allowDeselect={false}
      value={choice[side] === '' ? null : choice[side]}
      onChange={(value) => choose({ [side]: value ?? '' })}
      data={data}
    />
  ))
}

function Comparison({ choice }: { readonly choice: Choice }): ReactNode {
  const { t } = useLanguage()
  const { range, windowAt } = useRange()
  const isChosen = choice.by === 'time' || (choice.a !== '' && choice.b !== '')
  const comparison = useQuery({
    queryKey: ['compare', range, choice],
    enabled: isChosen,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => fetchComparison(...groupsOf(choice, windowAt(Date.now())), signal),
  })
  if (!isChosen) return <Empty title={t('compareChoose')} hint={t('compareHint')} />
  return (
    <Loaded query={comparison}>
      {(body) => (
        <>
          <Lines body={body} />
          <Text size="xs" c="dimmed">
            {t('compareNote')}
          </Text>
        </>
      )}
    </Loaded>
  )
}

function Lines({ body }: { readonly body: ComparisonBody }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard minWidth={640} data-table="compare">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('figure')}</Table.Th>
          <Table.Th ta="right">A ({formatNumber(body.a.requests, '')})</Table.Th>
          <Table.Th ta="right">B ({formatNumber(body.b.requests, '')})</Table.Th>
          <Table.Th ta="right">{t('difference')}</Table.Th>
          <Table.Th>{t('verdict')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {body.lines
          .filter(({ a, b }) => a.n > 0 || b.n > 0)
          .map((line) => (
            <Line key={line.figure} line={line} />
          ))}
      </Table.Tbody>
    </TableCard>
  )
}

const VERDICT: Readonly<Record<ComparisonLine['verdict'], readonly [color: string, text: TextKey]>> = {
  better: ['teal', 'better'],
  worse: ['red', 'worse'],
  different: ['blue', 'different'],
  'no evidence': ['gray', 'noEvidence'],
}

function Line({ line }: { readonly line: ComparisonLine }): ReactNode {
  const { t } = useLanguage()
  const [color, text] = VERDICT[line.verdict]
  const { figure, difference } = line
  const shown = formatFigure(figure, difference).replace(/%$/, ' pp')
  return (
    <Table.Tr data-figure={figure}>
      <Table.Td title={figure}>{figureName(figure, t)}</Table.Td>
      <EstimateCell figure={figure} estimate={line.a} />
      <EstimateCell figure={figure} estimate={line.b} />
      <Table.Td ta="right">{difference !== undefined && difference > 0 ? `+${shown}` : shown}</Table.Td>
      <Table.Td title={line.reason}>
        {line.verdict === 'no evidence' ? (
          <Text size="xs" c="dimmed">
            {t(text)}
          </Text>
        ) : (
          <Badge size="sm" variant="light" color={color} miw="max-content">
            {t(text)}
          </Badge>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

function EstimateCell({
  figure,
  estimate: { value, interval, n },
}: {
  readonly figure: string
  readonly estimate: Estimate
}): ReactNode {
  return (
    <Table.Td ta="right" title={`n ${n}`}>
      {formatFigure(figure, value)}
      {interval !== undefined && (
        <Text size="xs" c="dimmed">
          {formatFigure(figure, interval.lower)} – {formatFigure(figure, interval.upper)}
        </Text>
      )}
    </Table.Td>
  )
}

const FIGURE_NAME: Readonly<Record<string, TextKey>> = {
  error_rate: 'errorRate',
  latency_p50_ms: 'latencyP50',
  latency_p95_ms: 'latencyP95',
  latency_p99_ms: 'latencyP99',
  ttft_p50_ms: 'ttftP50',
  ttft_p95_ms: 'ttftP95',
  ttft_p99_ms: 'ttftP99',
  output_tokens_per_second_p50: 'outputSpeed',
  input_tokens_mean: 'inputTokensMean',
  output_tokens_mean: 'outputTokensMean',
  cost_usd_mean: 'costMean',
}

function figureName(figure: string, t: (key: TextKey) => string): string {
  if (figure.startsWith('flagged/')) return `${t('flaggedShare')}: ${figure.slice('flagged/'.length)}`
  const key = FIGURE_NAME[figure]
  return key === undefined ? figure : t(key)
}

/** By what the name of a figure says: shares, milliseconds, US dollars. */
function formatFigure(figure: string, value: number | undefined): string {
  if (figure === 'error_rate' || figure.startsWith('flagged/'))
    return formatNumber(value === undefined ? undefined : 100 * value, '%')
  if (figure.endsWith('_ms')) return formatNumber(value, 'ms')
  return formatNumber(value, figure.startsWith('cost_usd') ? 'USD' : '')
}

/** The parameters of both groups; a group of `time` is a window, the earlier one is A. */
function groupsOf(
  { by, a, b }: Choice,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): [GroupParameters, GroupParameters] {
  const now = { start: startMs, end: endMs }
  if (by === 'time') return [{ start: startMs - (endMs - startMs), end: startMs - 1 }, now]
  const group = (value: string): GroupParameters => ({ ...now, ...filterOf(by, value) })
  return [group(a), group(b)]
}

/** A prompt's group is named name@version. */
function filterOf(field: Exclude<Field, 'time'>, value: string): GroupParameters {
  if (field !== 'prompt') return { [field]: value }
  const at = value.lastIndexOf('@')
  return { prompt: value.slice(0, at), prompt_version: value.slice(at + 1) }
}

function choiceOf(search: URLSearchParams): Choice {
  return { by: fieldOf(search.get('by')), a: search.get('a') ?? '', b: search.get('b') ?? '' }
}

function fieldOf(text: string | null): Field {
  return text === 'time' ? 'time' : (FIELDS.find((field) => field === text) ?? 'model')
}
