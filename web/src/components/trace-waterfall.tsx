import { Card, Group, Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { Span } from '../../../src/model/span.ts'
import { fetchTrace } from '../api/tetrascope.ts'
import { formatDurationMs } from '../charts/format.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Loaded } from './loaded.tsx'
import { traceRows, type TraceRow } from './trace-rows.ts'

const KIND_COLOR: Readonly<Record<Span['kind'], string>> = {
  llm: '#1098ad',
  embedding: '#0c8599',
  agent: '#7048e8',
  workflow: '#7048e8',
  tool: '#f08c00',
  retrieval: '#2f9e44',
  rerank: '#2f9e44',
  guardrail: '#e64980',
  evaluator: '#e64980',
  prompt: '#868e96',
  other: '#868e96',
}

/** All spans of a trace on one time axis, children indented below their parents. */
export function TraceWaterfall({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): ReactNode {
  const { t } = useLanguage()
  const trace = useQuery({ queryKey: ['trace', traceId], queryFn: ({ signal }) => fetchTrace(traceId, signal) })
  return (
    <Card withBorder radius="md">
      <Text fw={600} mb="xs">
        {t('trace')}
      </Text>
      <Loaded query={trace}>
        {({ spans }) =>
          traceRows(spans).map((row) => (
            <SpanBar key={row.span.spanId} row={row} selected={row.span.spanId === spanId} />
          ))
        }
      </Loaded>
    </Card>
  )
}

function SpanBar({ row, selected }: { readonly row: TraceRow; readonly selected: boolean }): ReactNode {
  const [, navigate] = useLocation()
  const { span, depth, left, width } = row
  const open = (): void => {
    if (span.llm !== undefined) navigate(`/requests/${span.traceId}/${span.spanId}`)
  }
  return (
    <UnstyledButton onClick={open} w="100%" py={2} style={{ cursor: span.llm === undefined ? 'default' : 'pointer' }}>
      <Group gap="xs" wrap="nowrap">
        <Text size="xs" w="40%" maw={260} truncate pl={depth * 14} fw={selected ? 700 : 400}>
          {span.name}
        </Text>
        <div style={{ flex: 1, position: 'relative', height: 14 }}>
          <div
            title={`${span.kind} · ${span.name}`}
            style={{
              position: 'absolute',
              left: `${left * 100}%`,
              width: `max(3px, ${width * 100}%)`,
              height: '100%',
              borderRadius: 3,
              background: span.status === 'error' ? '#e03131' : KIND_COLOR[span.kind],
              opacity: selected ? 1 : 0.65,
            }}
          />
        </div>
        <Text size="xs" c="dimmed" w={70} ta="right">
          {formatDurationMs(span.endMs - span.startMs)}
        </Text>
      </Group>
    </UnstyledButton>
  )
}
