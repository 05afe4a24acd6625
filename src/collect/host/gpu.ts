import { execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector } from '../host-collector.ts'
import { MetricFamily } from '../metric-family.ts'

const run = promisify(execFile)

const TIMEOUT_MS = 8_000
const IDENTITY = ['index', 'uuid', 'name', 'pci.bus_id'] as const

/** What nvidia-smi is asked for and the names under which NVIDIA's dcgm-exporter exposes the same, in the same units (%, MiB, C, W, MHz). */
const FIELDS = [
  ['utilization.gpu', 'DCGM_FI_DEV_GPU_UTIL', 'GPU utilisation, %'],
  ['utilization.memory', 'DCGM_FI_DEV_MEM_COPY_UTIL', 'Utilisation of the memory bandwidth, %'],
  ['memory.used', 'DCGM_FI_DEV_FB_USED', 'Framebuffer memory used, MiB'],
  ['memory.free', 'DCGM_FI_DEV_FB_FREE', 'Framebuffer memory free, MiB'],
  ['temperature.gpu', 'DCGM_FI_DEV_GPU_TEMP', 'GPU temperature, C'],
  ['temperature.memory', 'DCGM_FI_DEV_MEMORY_TEMP', 'Memory temperature, C'],
  ['power.draw', 'DCGM_FI_DEV_POWER_USAGE', 'Power draw, W'],
  ['clocks.sm', 'DCGM_FI_DEV_SM_CLOCK', 'Clock of the multiprocessors, MHz'],
  ['clocks.mem', 'DCGM_FI_DEV_MEM_CLOCK', 'Clock of the memory, MHz'],
] as const

/** NVIDIA GPUs by way of nvidia-smi. Where there is none, that is remembered and it is never started again. */
export class GpuCollector implements HostCollector {
  readonly name = 'gpu'
  readonly #command: string
  #isAbsent = false

  constructor(command = 'nvidia-smi') {
    this.#command = command
  }

  async collect(): Promise<MetricSnapshot[]> {
    if (this.#isAbsent) return []
    const query = [...IDENTITY, ...FIELDS.map(([field]) => field)].join(',')
    try {
      const { stdout } = await run(this.#command, [`--query-gpu=${query}`, '--format=csv,noheader,nounits'], {
        timeout: TIMEOUT_MS,
      })
      return snapshotsOf(stdout)
    } catch (error) {
      if (!isMissing(error)) throw error
      this.#isAbsent = true
      return []
    }
  }
}

function snapshotsOf(csv: string): MetricSnapshot[] {
  const families = FIELDS.map(([, name, help]) => new MetricFamily({ name, help, type: 'gauge' }))
  for (const line of csv.split('\n')) {
    const [gpu, uuid = '', model = '', bus = '', ...values] = line.split(',').map((cell) => cell.trim())
    if (gpu === undefined || gpu === '') continue
    const labels = {
      gpu,
      UUID: uuid,
      pci_bus_id: bus,
      device: `nvidia${gpu}`,
      modelName: model,
      Hostname: hostname(),
    }
    // "[N/A]" and "[Not Supported]" are no numbers and therefore no samples.
    families.forEach((family, i) => family.add(values[i] === '' ? undefined : Number(values[i]), labels))
  }
  return families.map((family) => family.snapshot()).filter(({ samples }) => samples.length > 0)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')
}
