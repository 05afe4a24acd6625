/** Names under which one model may stand in a price table, from the one that was sent to the most general. */
export interface ModelNames {
  readonly names: readonly string[]
  /** The provider that the name itself tells (`bedrock/…`, `us.anthropic.…`); '' when it tells none. */
  readonly provider: string
}

/** Prefixes with which routers and libraries say where a model runs. */
const ROUTES: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  azure_ai: 'azure.ai.inference',
  bedrock: 'aws.bedrock',
  vertex_ai: 'gcp.vertex_ai',
  gemini: 'gcp.gemini',
  google: 'gcp.gemini',
  groq: 'groq',
  deepseek: 'deepseek',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
  'x-ai': 'x_ai',
  cohere: 'cohere',
  moonshot: 'moonshot_ai',
  moonshotai: 'moonshot_ai',
  dashscope: 'alibaba',
  qwen: 'alibaba',
  zai: 'zhipu',
  'z-ai': 'zhipu',
  zhipu: 'zhipu',
  volcengine: 'volcengine',
  perplexity: 'perplexity',
  ollama: 'ollama',
  ollama_chat: 'ollama',
  hosted_vllm: 'vllm',
  vllm: 'vllm',
}

/** Bedrock's inference profiles begin with a geography. */
const GEOGRAPHY = /^(us|eu|apac|apne|au|ca|jp|global|us-gov)\.(?=[a-z0-9]+\.)/
const BEDROCK_VENDOR =
  /^(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|stability|writer|twelvelabs)\.(?=[a-z])/
const BEDROCK_REVISION = /-v\d+(:\d+)?(:\d+k)?$|:\d+$/
/** `-2024-08-06`, `-20241022`, `@20240620`, `-0613`, `-preview-05-20`. */
const DATE = /[-@](\d{4}-\d{2}-\d{2}|20\d{6}|(0[1-9]|1[0-2])([0-2]\d|3[01]))$/
const PREVIEW_DATE = /-(preview|exp)-\d{2}-\d{2}$/
const LATEST = /[-@:](latest|default)$/

/** All names that a model may have in a table. `gpt-4o-2024-08-06` also stands under `gpt-4o`, never under `gpt-4`. */
export function modelNames(sent: string): ModelNames {
  const whole = sent.trim().toLowerCase()
  const { bare, provider } = withoutRoute(whole)
  const names = new Set([whole, bare])
  const plain = withoutVendor(bare)
  for (const name of [bare, plain, plain.replace(BEDROCK_REVISION, '')]) {
    names.add(name)
    names.add(withoutDate(name))
  }
  return {
    names: [...names].filter((name) => name !== ''),
    provider: provider || (plain === bare ? '' : 'aws.bedrock'),
  }
}

/** An ARN, a resource path or a router's prefix tells where the model runs; the last piece is the model. */
function withoutRoute(name: string): { bare: string; provider: string } {
  if (name.startsWith('arn:aws')) return { bare: name.split('/').at(-1) ?? name, provider: 'aws.bedrock' }
  const resource = /(?:^|\/)models\/([^/]+)$/.exec(name)
  if (resource?.[1] !== undefined) {
    return { bare: resource[1], provider: name.includes('publishers/') ? 'gcp.vertex_ai' : '' }
  }
  let bare = name
  let provider = ''
  for (let slash = bare.indexOf('/'); slash > 0; slash = bare.indexOf('/')) {
    const route = ROUTES[bare.slice(0, slash)]
    if (route === undefined && bare.slice(0, slash) !== 'openrouter') break
    provider ||= route ?? 'openrouter'
    bare = bare.slice(slash + 1)
  }
  return { bare, provider }
}

function withoutVendor(name: string): string {
  const ungeographic = name.replace(GEOGRAPHY, '')
  return ungeographic.replace(BEDROCK_VENDOR, '')
}

function withoutDate(name: string): string {
  // A fine-tuned model names its base first: `ft:gpt-4o-mini-2024-07-18:company::id`.
  const base = name.startsWith('ft:') ? name.split(':').slice(0, 2).join(':') : name
  const stable = base.replace(BEDROCK_REVISION, '').replace(LATEST, '')
  return stable.replace(PREVIEW_DATE, '-$1').replace(DATE, '')
}
