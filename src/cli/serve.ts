import { existsSync } from 'node:fs'
import { ListenError } from '../app/listen-address.ts'
import { type Addresses, Tetrascope } from '../app/tetrascope.ts'
import { PriceFileError } from '../pricing/price-file.ts'
import { RuleFilesError } from '../rules/rule-files.ts'
import { DirectoryInUseError, NewerSchemaError, StoreUnavailableError } from '../storage/store.ts'
import { createLogger, type OwnLogLevel } from '../telemetry/log.ts'
import { systemClock } from '../util/clock.ts'
import { CommandError } from './command-error.ts'

const DEFAULT_CONFIG_FILE = 'tetrascope.yaml'

export interface ListenerFlags {
  readonly listen?: string
  readonly gatewayListen?: string
  readonly otlpHttpListen?: string
  readonly otlpGrpcListen?: string
  readonly gateway: boolean
  readonly otlpPorts: boolean
  readonly logLevel: OwnLogLevel
}

export interface ServeFlags extends ListenerFlags {
  readonly config?: string
  readonly data: string
  readonly readyJson?: true
}

/** Runs the product until SIGINT or SIGTERM; SIGHUP reloads. Throws `CommandError` when it cannot start. */
export async function serve(flags: ServeFlags): Promise<void> {
  const product = await startProduct(
    flags,
    flags.config ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null),
  )
  process.stdout.write(flags.readyJson ? `${JSON.stringify(product.addresses)}\n` : welcome(product.addresses))
  // A failed reload is logged where it happens; the program goes on with what it had.
  process.on('SIGHUP', () => void product.tetrascope.reload().catch(() => undefined))
  await untilSignal()
  await product.tetrascope.stop()
}

export interface Product {
  readonly tetrascope: Tetrascope
  readonly addresses: Addresses
}

export async function startProduct(
  flags: ListenerFlags & { readonly data: string },
  configFile: string | null,
): Promise<Product> {
  try {
    const tetrascope = new Tetrascope({
      configFile,
      dataDirectory: flags.data,
      ...(flags.listen !== undefined && { listen: flags.listen }),
      ...(flags.gatewayListen !== undefined && { gatewayListen: flags.gatewayListen }),
      ...(flags.otlpHttpListen !== undefined && { otlpHttpListen: flags.otlpHttpListen }),
      ...(flags.otlpGrpcListen !== undefined && { otlpGrpcListen: flags.otlpGrpcListen }),
      withGateway: flags.gateway,
      withOtlpPorts: flags.otlpPorts,
      clock: systemClock,
      random: Math.random,
      logger: createLogger(flags.logLevel),
    })
    return { tetrascope, addresses: await tetrascope.start() }
  } catch (error) {
    throw isOperating(error) ? new CommandError(error.message) : error
  }
}

/** Resolves at SIGINT or SIGTERM. A second signal while stopping ends the program at once. */
export async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  process.once('SIGINT', () => process.exit(130))
}

const OPERATING_ERRORS = [
  ListenError,
  RuleFilesError,
  PriceFileError,
  DirectoryInUseError,
  NewerSchemaError,
  StoreUnavailableError,
]

/** What an operator can mend; everything else is a defect and keeps its stack. */
function isOperating(error: unknown): error is Error {
  return OPERATING_ERRORS.some((type) => error instanceof type)
}

function welcome({ url, gateway, otlpHttp }: Addresses): string {
  const lines = [
    `Tetrascope is ready: ${url}`,
    ...(gateway === null ? [] : [`  gateway   OPENAI_BASE_URL=${gateway}/v1`]),
    ...(otlpHttp === null ? [] : [`  OTLP      OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp}`]),
  ]
  return `${lines.join('\n')}\n`
}
