// How fast a scraped body becomes samples. `npx tsx bench/metrics/exposition.ts [FILE] [seconds]` takes a body that an exporter wrote (such as
// `curl -s localhost:9100/metrics > FILE`), or else one of its own in the manner of node_exporter, changes its numbers from scrape to scrape,
// and prints MB a second of CPU time: parsed without memory, parsed with the target's memory of lines, and all the way to a batch.
import { readFileSync } from 'node:fs'
import { parseExposition } from '../../src/collect/exposition/exposition.ts'
import { LineCache } from '../../src/collect/exposition/line-cache.ts'
import { globalConfig, scrapeConfigs } from '../../src/collect/config.ts'
import { scrapeJobs } from '../../src/collect/scrape/scrape-job.ts'
import { TargetSeries } from '../../src/collect/scrape/target-series.ts'
import { Labels } from '../../src/model/labels.ts'
import { atOnce } from '../../src/util/steps.ts'

const [file, secondsText = '2'] = process.argv.slice(2)
const seconds = Number(secondsText)
const bodies = variantsOf(file === undefined ? nodeLikeBody() : readFileSync(file, 'utf8'))
const [first = Buffer.alloc(0)] = bodies
const samples = parseExposition(first, { format: 'text' }).values.length
process.stdout.write(`${(first.length / 1e3).toFixed(0)} kB, ${samples} samples a scrape\n`)

report('parse, nothing remembered', () => (body) => void parseExposition(body, { format: 'text' }))
report('parse, lines remembered', () => {
  const cache = new LineCache()
  return (body) => void parseExposition(body, { format: 'text', cache })
})
report("to a batch with the target's labels", () => {
  const [job] = scrapeJobs(globalConfig.parse(undefined), scrapeConfigs.parse([{ job_name: 'node' }]), '/')
  if (job === undefined) throw new Error('no job')
  const series = new TargetSeries(Labels.from({ job: 'node', instance: 'a:9100' }), job.settings)
  let timestampMs = 0
  return (body) =>
    void atOnce(series.read({ body, format: 'text', timestampMs: (timestampMs += 15_000) })).batch.build()
})

function report(what: string, begin: () => (body: Buffer) => void): void {
  const work = begin()
  for (let i = 0; i < 20; i++) for (const body of bodies) work(body)
  const start = process.cpuUsage()
  let bytes = 0
  let rounds = 0
  const busySeconds = (): number => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  }
  while (busySeconds() < seconds) {
    for (const body of bodies) work(body)
    bytes += first.length * bodies.length
    rounds += bodies.length
  }
  const busy = busySeconds()
  const perScrape = ((busy / rounds) * 1e3).toFixed(2)
  process.stdout.write(
    `${what.padEnd(40)} ${(bytes / 1e6 / busy).toFixed(0).padStart(5)} MB/s  ${perScrape} ms a scrape\n`,
  )
}

/** The same body at several times: every number that is not zero differs in its last digits, as counters do. */
function variantsOf(text: string): Buffer[] {
  return [1, 2, 3, 4].map((digit) => Buffer.from(text.replace(/^([^#\n].* \d*[1-9]\d*)(\d)$/gm, `$1${digit}`)))
}

/** 64 CPUs, 60 disks, 40 network devices and 100 file systems. */
function nodeLikeBody(): string {
  const modes = ['idle', 'iowait', 'irq', 'nice', 'softirq', 'steal', 'system', 'user']
  const lines = [
    ...family('node_cpu_seconds_total', 'counter', 64 * 8, (i) => `cpu="${i >> 3}",mode="${modes[i % 8]}"`),
    ...[
      'reads_completed_total',
      'read_bytes_total',
      'writes_completed_total',
      'written_bytes_total',
      'io_time_seconds_total',
    ].flatMap((name) => family(`node_disk_${name}`, 'counter', 60, (i) => `device="nvme${i}n1"`)),
    ...['size_bytes', 'avail_bytes', 'free_bytes', 'files', 'files_free', 'readonly'].flatMap((name) =>
      family(
        `node_filesystem_${name}`,
        'gauge',
        100,
        (i) => `device="/dev/mapper/vg-lv${i}",fstype="ext4",mountpoint="/srv/volume/${i}"`,
      ),
    ),
    ...['bytes', 'packets', 'errs', 'drop'].flatMap((name) => [
      ...family(`node_network_receive_${name}_total`, 'counter', 40, (i) => `device="eth${i}"`),
      ...family(`node_network_transmit_${name}_total`, 'counter', 40, (i) => `device="eth${i}"`),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function family(name: string, type: string, count: number, labels: (i: number) => string): string[] {
  const comment = [`# HELP ${name} What the kernel says about ${name.replaceAll('_', ' ')}.`, `# TYPE ${name} ${type}`]
  return [...comment, ...Array.from({ length: count }, (_, i) => `${name}{${labels(i)}} ${numberText(i)}`)]
}

/** Numbers as Go writes them: small and large whole ones, fractions, exponents. */
function numberText(i: number): string {
  const exponent = ((i + 1) * 1.23456789).toExponential(8).replace('e+', 'e+0')
  return ['0', String(i * 7919), String((i * 7919) / 100), exponent][i % 4] ?? '0'
}
