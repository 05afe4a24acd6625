import { expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { remoteWriteConfig } from './config.ts'
import { outgoingBatch } from './outgoing-batch.ts'

function batchOf(
  ...samples: ReadonlyArray<readonly [labels: Record<string, string>, value: number | 'stale']>
): SampleBatch {
  const builder = new SampleBatchBuilder()
  for (const [i, [labels, value]] of samples.entries()) {
    if (value === 'stale') builder.addStale(Labels.from(labels), i)
    else builder.add(Labels.from(labels), i, value)
  }
  return builder.build()
}

function sent(batch: SampleBatch, rules: readonly object[], externalLabels: Record<string, string> = {}): string[] {
  const { write_relabel_configs } = remoteWriteConfig.parse({ url: 'http://127.0.0.1:1', write_relabel_configs: rules })
  const outgoing = outgoingBatch(batch, { externalLabels, rules: write_relabel_configs })
  return Array.from(outgoing.series, (series, i) => {
    const value = outgoing.stale[i] === 1 ? 'stale' : outgoing.values[i]
    return `${outgoing.labels[series]?.toString()} ${value} @ ${outgoing.timestampsMs[i]}`
  })
}

const batch = batchOf(
  [{ __name__: 'up', job: 'api' }, 1],
  [{ __name__: 'go_goroutines', job: 'api' }, 7],
  [{ __name__: 'up', job: 'api' }, 'stale'],
  [{ __name__: 'up', job: 'db' }, 0],
)

test('without rules and external labels everything goes out as it is', () => {
  expect(sent(batch, [])).toEqual([
    'up{job="api"} 1 @ 0',
    'go_goroutines{job="api"} 7 @ 1',
    'up{job="api"} stale @ 2',
    'up{job="db"} 0 @ 3',
  ])
})

test('samples of series that a rule drops stay here, the others keep their times, values and ends', () => {
  const rule = { source_labels: ['__name__'], regex: 'go_.*', action: 'drop' }
  expect(sent(batch, [rule])).toEqual(['up{job="api"} 1 @ 0', 'up{job="api"} stale @ 2', 'up{job="db"} 0 @ 3'])
})

test('rules see the external labels, which do not replace those of the series', () => {
  const keep = { source_labels: ['cluster', 'job'], regex: 'a;db', action: 'keep' }
  const rename = { source_labels: ['cluster'], target_label: 'region' }
  const external = { cluster: 'a', job: 'nobody' }
  expect(sent(batch, [keep, rename], external)).toEqual(['up{cluster="a", job="db", region="a"} 0 @ 3'])
})

test('a series that is left without labels is not sent', () => {
  expect(sent(batch, [{ action: 'labeldrop', regex: '.*' }])).toEqual([])
})
