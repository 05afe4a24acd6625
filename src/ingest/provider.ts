import { Lru } from '../util/lru.ts'

/** Words of senders for providers, without spaces and in lower case, to the words of OpenTelemetry's `gen_ai.provider.name`. */
const NAMES: Readonly<Record<string, string>> = {
  'openai.responses': 'openai',
  'openai.chat': 'openai',
  'openai.completion': 'openai',
  'openai.embedding': 'openai',
  chatopenai: 'openai',
  az: 'azure.ai.openai',
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  azureopenai: 'azure.ai.openai',
  'az.ai.openai': 'azure.ai.openai',
  'az.ai.inference': 'azure.ai.inference',
  azure_ai: 'azure.ai.inference',
  'azure-openai': 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  aws: 'aws.bedrock',
  aws_bedrock: 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  'amazon.bedrock': 'aws.bedrock',
  bedrock_converse: 'aws.bedrock',
  claude: 'anthropic',
  chatanthropic: 'anthropic',
  google: 'gcp.gemini',
  gemini: 'gcp.gemini',
  google_genai: 'gcp.gemini',
  google_generativeai: 'gcp.gemini',
  'google-gla': 'gcp.gemini',
  'google.generative-ai': 'gcp.gemini',
  google_ai_studio: 'gcp.gemini',
  vertexai: 'gcp.vertex_ai',
  vertex_ai: 'gcp.vertex_ai',
  'google-vertex': 'gcp.vertex_ai',
  'google.vertex': 'gcp.vertex_ai',
  google_vertexai: 'gcp.vertex_ai',
  'gcp.vertex.agent': 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  xai: 'x_ai',
  'x-ai': 'x_ai',
  grok: 'x_ai',
  moonshot: 'moonshot_ai',
  moonshotai: 'moonshot_ai',
  kimi: 'moonshot_ai',
  watsonx: 'ibm.watsonx.ai',
  watsonxai: 'ibm.watsonx.ai',
  ibm: 'ibm.watsonx.ai',
  dashscope: 'alibaba',
  alibaba_cloud: 'alibaba',
  qwen: 'alibaba',
  tongyi: 'alibaba',
  zhipu: 'zhipu',
  zhipuai: 'zhipu',
  zai: 'zhipu',
  'z.ai': 'zhipu',
  'z-ai': 'zhipu',
  bigmodel: 'zhipu',
}

/** Words that were met before, so that the usual few cost nothing. */
const known = new Lru<string, string>(500)

/** A provider in OpenTelemetry's words; one that is not known keeps its own word in lower case. */
export function providerName(word: string): string {
  if (word === '') return ''
  let name = known.get(word)
  if (name === undefined) {
    name = translated(word)
    known.set(word, name)
  }
  return name
}

function translated(word: string): string {
  const name = word.trim().toLowerCase().replaceAll(' ', '_')
  const translation = NAMES[name]
  if (translation !== undefined) return translation
  // Vercel's SDK appends the API: `anthropic.messages`, `google.generative-ai`, `amazon-bedrock.chat`.
  const [base = ''] = name.split('.')
  return VERCEL_API.test(name) ? (NAMES[base] ?? base) : name
}

const VERCEL_API =
  /\.(messages|chat|completion|completions|responses|embedding|embeddings|text-embedding|image|speech)$/
