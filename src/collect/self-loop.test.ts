import { expect, test } from 'vitest'
import { RecordingWriter, samplesOf } from '../../test/support/recording-writer.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { systemClock } from '../util/clock.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { ProcessCollector } from './process-collector.ts'
import { selfLoop } from './self-loop.ts'

test('the process writes its own instruments and figures as a job of its own', async () => {
  const registry = new InstrumentRegistry()
  const seconds = registry.histogram({ name: 'x_seconds', help: 'Of x', labelNames: ['kind'], buckets: [1] })
  seconds.observe({ kind: 'a' }, 0.5)
  const process = new ProcessCollector(systemClock)
  const writer = new RecordingWriter()
  const clock = new ManualClock(1_000)
  const loop = selfLoop({ registry, process, instance: 'me:1', intervalMs: 5_000, writer, clock, logger: silentLogger })
  loop.start()
  await writer.waitFor(1)
  await loop.stop()
  process.stop()
  const samples = samplesOf(writer.batches[0])
  const target = 'instance="me:1", job="tetrascope"'
  expect(samples).toContain(`x_seconds_bucket{${target}, kind="a", le="1"} 1 @1000`)
  expect(samples).toContain(`up{${target}} 1 @1000`)
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_eventloop_utilization',
  ]) {
    expect(
      samples.some((line) => line.startsWith(`${name}{${target}} `)),
      name,
    ).toBe(true)
  }
  expect(writer.metadata).toContainEqual({ name: 'x_seconds', type: 'histogram', help: 'Of x', unit: '' })
})
