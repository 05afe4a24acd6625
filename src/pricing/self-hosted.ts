import { AnchoredRegex } from '../util/anchored-regex.ts'
import type { SelfHostedConfig } from './config.ts'
import { modelNames } from './model-name.ts'
import { nanoUsdOf } from './money.ts'
import type { Price } from './price.ts'

/**
 * A model on own hardware priced from GPU hours: one second of all GPUs costs `gpus * usd_per_gpu_hour / 3600` and could make
 * `tokens_per_second` output tokens, so that a token costs the one divided by the other. What requests do not use of that
 * second is idle and belongs to no request; `idleShare` tells how much it is.
 */
export function selfHostedPrice(models: readonly SelfHostedConfig[], names: readonly string[]): Price | undefined {
  const found = configOf(models, names)
  if (found === undefined) return undefined
  const outputUsd = (hourlyUsd(found) / 3600 / found.tokens_per_second) * 1_000_000
  return {
    provider: 'self_hosted',
    model: found.model,
    rates: {
      input: nanoUsdOf(outputUsd / found.input_tokens_per_output_token),
      output: nanoUsdOf(outputUsd),
      // A cached prefix is not computed again.
      cacheRead: 0n,
      cacheWrite: undefined,
      hourCacheWrite: undefined,
      reasoning: undefined,
      audioInput: undefined,
      audioOutput: undefined,
      imageInput: undefined,
    },
    tiers: [],
    perRequest: 0n,
    serviceTiers: {},
    source: 'override',
  }
}

/** US dollars for one hour of a self-hosted model, used or not. */
export function hourlyUsd(model: SelfHostedConfig): number {
  return model.gpus * model.usd_per_gpu_hour
}

/** The share (0-1) of what the hardware cost over `durationMs` that no request used. */
export function idleShare(model: SelfHostedConfig, usedUsd: number, durationMs: number): number {
  const paid = paidUsd(model, durationMs)
  return paid <= 0 ? 0 : Math.min(1, Math.max(0, 1 - usedUsd / paid))
}

/** What the hardware of a model cost over a time, and how much of that requests used. */
export interface SelfHostedUse {
  /** The pattern of the configuration. */
  readonly model: string
  readonly requests: number
  readonly usedUsd: number
  readonly paidUsd: number
  /** 0-1 */
  readonly idleShare: number
}

interface ModelSums {
  readonly model: string
  readonly requests: number
  readonly costUsd: number
}

/** Over `durationMs`, in which the requests of `totals` were made; a model belongs to the first pattern that one of its names matches. */
export function selfHostedUse(
  models: readonly SelfHostedConfig[],
  totals: readonly ModelSums[],
  durationMs: number,
): SelfHostedUse[] {
  return models.map((model) => {
    const own = totals.filter((sums) => configOf(models, modelNames(sums.model).names) === model)
    const usedUsd = own.reduce((sum, { costUsd }) => sum + costUsd, 0)
    return {
      model: model.model,
      requests: own.reduce((sum, { requests }) => sum + requests, 0),
      usedUsd,
      paidUsd: paidUsd(model, durationMs),
      idleShare: idleShare(model, usedUsd, durationMs),
    }
  })
}

function configOf(models: readonly SelfHostedConfig[], names: readonly string[]): SelfHostedConfig | undefined {
  return models.find((model) => names.some((name) => AnchoredRegex.compile(model.model).test(name)))
}

function paidUsd(model: SelfHostedConfig, durationMs: number): number {
  return (hourlyUsd(model) * durationMs) / 3_600_000
}
