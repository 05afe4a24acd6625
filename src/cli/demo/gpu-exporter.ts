import type { ServerResponse } from 'node:http'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { TEXT_FORMAT_CONTENT_TYPE, writeTextFormat } from '../../telemetry/text-format.ts'
import { normal } from '../../util/random.ts'
import type { Conditions } from './scenario.ts'

const GPUS = ['0', '1']
const TOTAL_MIB = 81_920

export interface GpuExporterOptions {
  readonly random: () => number
  readonly conditions: () => Conditions
}

/** Two GPUs as NVIDIA's DCGM exporter shows them. The second one is cooled better and never throttles. */
export class GpuExporter {
  readonly #options: GpuExporterOptions
  readonly #instruments = new InstrumentRegistry()
  readonly #gauges = {
    utilization: this.#gauge('DCGM_FI_DEV_GPU_UTIL', 'GPU utilization (in %).'),
    used: this.#gauge('DCGM_FI_DEV_FB_USED', 'Framebuffer memory used (in MiB).'),
    free: this.#gauge('DCGM_FI_DEV_FB_FREE', 'Framebuffer memory free (in MiB).'),
    temperature: this.#gauge('DCGM_FI_DEV_GPU_TEMP', 'GPU temperature (in C).'),
    power: this.#gauge('DCGM_FI_DEV_POWER_USAGE', 'Power draw (in W).'),
    clock: this.#gauge('DCGM_FI_DEV_SM_CLOCK', 'SM clock frequency (in MHz).'),
  }

  constructor(options: GpuExporterOptions) {
    this.#options = options
  }

  handle(response: ServerResponse): void {
    for (const gpu of GPUS) this.#measure(gpu)
    response
      .writeHead(200, { 'content-type': TEXT_FORMAT_CONTENT_TYPE })
      .end(writeTextFormat(this.#instruments.snapshot()))
  }

  #measure(gpu: string): void {
    const { random, conditions } = this.#options
    const { clockShare, gpuTemperature } = conditions()
    const hot = gpu === '0'
    const labels = {
      gpu,
      UUID: `GPU-demo-${gpu}`,
      device: `nvidia${gpu}`,
      modelName: 'NVIDIA H100 80GB HBM3',
      Hostname: 'demo',
    }
    const used = Math.round(0.78 * TOTAL_MIB + normal(random, 0, 400))
    const share = hot ? clockShare : 1
    this.#gauges.utilization.set(
      labels,
      Math.min(100, Math.round(normal(random, hot && clockShare < 0.9 ? 97 : 71, 3))),
    )
    this.#gauges.used.set(labels, used)
    this.#gauges.free.set(labels, TOTAL_MIB - used)
    this.#gauges.temperature.set(labels, Math.round(normal(random, hot ? gpuTemperature : 64, 0.8)))
    this.#gauges.power.set(labels, Math.round(normal(random, 620 * (0.4 + 0.6 * share), 12)))
    this.#gauges.clock.set(labels, Math.round(1980 * share))
  }

  #gauge(
    name: string,
    help: string,
  ): ReturnType<typeof InstrumentRegistry.prototype.gauge<'gpu' | 'UUID' | 'device' | 'modelName' | 'Hostname'>> {
    return this.#instruments.gauge({ name, help, labelNames: ['gpu', 'UUID', 'device', 'modelName', 'Hostname'] })
  }
}
