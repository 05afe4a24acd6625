import { z } from 'zod'

const upstreamConfig = z.strictObject({
  /** Shown in errors and as the provider of calls whose format does not tell it. */
  name: z.string().min(1),
  /** The server behind it: `https://api.openai.com`. What follows the prefix in a call's path is appended. */
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Calls whose path begins with this go here, the prefix taken off. */
  prefix: z
    .string()
    .regex(/^\/([\w.-]+(\/[\w.-]+)*)?$/, 'must be a path such as /anthropic')
    .optional(),
  /** Calls for these models go here; `*` at the end matches any rest. */
  models: z.array(z.string().min(1)).default([]),
  /** The provider in OpenTelemetry's words; what the wire format says when absent. */
  provider: z.string().optional(),
})

/** `gateway:` in tetrascope.yaml. */
export const gatewayConfig = z
  .strictObject({
    listen: z
      .string()
      .regex(/^.*:\d{1,5}$/, 'must be HOST:PORT')
      .default('127.0.0.1:4601'),
    /** An upstream is chosen by the header `x-tetrascope-upstream`, then by the host of a whole URL, then by path prefix, then by model, then the first one. */
    upstreams: z
      .array(upstreamConfig)
      .min(1)
      .default([
        { name: 'openai', url: 'https://api.openai.com', models: [] },
        { name: 'anthropic', url: 'https://api.anthropic.com', prefix: '/anthropic', models: ['claude-*'] },
        { name: 'gemini', url: 'https://generativelanguage.googleapis.com', prefix: '/gemini', models: ['gemini-*'] },
        { name: 'ollama', url: 'http://127.0.0.1:11434', prefix: '/ollama', models: [] },
      ]),
    connect_timeout_ms: z.number().int().min(1).default(10_000),
    /** Longest silence of an upstream; thinking models are silent for minutes. 0: no limit. */
    idle_timeout_ms: z.number().int().min(0).default(0),
    body_limit_mb: z.number().positive().max(1024).default(64),
    /** Bytes of an answer kept for measuring; a longer one is passed on whole and measured in part. */
    capture_limit_mb: z.number().positive().max(256).default(16),
    /** Records that wait for the store; beyond it they are dropped and counted, and calls go on. */
    queue_capacity: z.number().int().min(1).default(10_000),
  })
  .prefault({})

export type GatewayConfig = z.output<typeof gatewayConfig>
export type UpstreamConfig = GatewayConfig['upstreams'][number]
