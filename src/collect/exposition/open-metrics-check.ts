import { assertNever } from '../../util/assert-never.ts'
import { ExpositionError, LineError } from './exposition-error.ts'
import { OpenMetricsFamily } from './open-metrics-family.ts'
import { parseOpenMetricsLine, type OpenMetricsLine } from './open-metrics-line.ts'

/**
 * The verdict of the specification of OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec), which is stricter than what
 * Prometheus takes. The first fault, or undefined.
 */
export function checkOpenMetrics(body: Buffer): ExpositionError | undefined {
  const text = decode(body)
  if (text === undefined) return new ExpositionError({ line: 1, text: '' }, 'the body is not valid UTF-8')
  const lines = text.split('\n')
  // A last newline leaves an empty text behind it.
  if (lines.at(-1) === '') lines.pop()
  const check = new MetricSetCheck()
  for (const [i, line] of lines.entries()) {
    const fault = faultOf(() => check.add(line))
    if (fault !== undefined) return new ExpositionError({ line: i + 1, text: line }, fault)
  }
  if (!check.hasEnded)
    return new ExpositionError({ line: lines.length, text: lines.at(-1) ?? '' }, 'the body does not end with # EOF')
  return undefined
}

/** All families of a body, as its lines pass. */
class MetricSetCheck {
  hasEnded = false
  #family: OpenMetricsFamily | undefined
  readonly #names = new Set<string>()

  add(text: string): void {
    if (this.hasEnded) throw new LineError('there is text behind # EOF')
    const line = parseOpenMetricsLine(text)
    switch (line.kind) {
      case 'end':
        this.#finishFamily()
        this.hasEnded = true
        return
      case 'sample': {
        const family = this.#family?.owns(line.name) === true ? this.#family : this.#beginFamily(line.name)
        return family.add(line)
      }
      default:
        return describe(this.#family?.name === line.name ? this.#family : this.#beginFamily(line.name), line)
    }
  }

  #beginFamily(name: string): OpenMetricsFamily {
    this.#finishFamily()
    this.#family = new OpenMetricsFamily(name)
    return this.#family
  }

  #finishFamily(): void {
    if (this.#family === undefined) return
    this.#family.finish()
    for (const name of this.#family.names) {
      if (this.#names.has(name))
        throw new LineError(`the name ${name} belongs to two metric families, or the samples of one are not together`)
      this.#names.add(name)
    }
    this.#family = undefined
  }
}

function describe(family: OpenMetricsFamily, line: Exclude<OpenMetricsLine, { kind: 'end' | 'sample' }>): void {
  switch (line.kind) {
    case 'type':
      return family.setType(line.type)
    case 'help':
      return family.setHelp()
    case 'unit':
      return family.setUnit(line.unit)
    default:
      return assertNever(line)
  }
}

function faultOf(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof LineError) return error.message
    throw error
  }
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}
