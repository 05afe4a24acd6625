import { entropyOf, isPlaceholder } from './secret-value.ts'

/** A value that is given to a name: `token = "..."`, `"apiKey": "..."`, `getenv("API_TOKEN", "...")`, `-vaultToken ...`. */
export interface Assignment {
  readonly name: string
  readonly value: string
  /** Place of the value in the text. */
  readonly start: number
}

/** Between name and value: quotes and brackets, one of the usual signs, quotes again. */
export const ASSIGNMENT =
  /([A-Za-z_][\w.-]{1,60})["'`\]]{0,3}\s{0,4}(?:::=|:=|\?=|\|\|:|=>|=|:|,|>)\s{0,4}(?:[\w.]{1,24}[[(]\s?)?["'`]{0,3}([^\s"'`<>(){},;\\]{6,400})/g

type Shape = (value: string) => boolean

const hex =
  (length: number): Shape =>
  (value) =>
    value.length === length && /^[\da-fA-F]+$/.test(value)
const alphanumeric =
  (...lengths: number[]): Shape =>
  (value) =>
    lengths.includes(value.length) && /^[A-Za-z\d_=-]+$/.test(value)
const UUID: Shape = (value) => /^[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}$/.test(value)

interface ProviderRule {
  readonly provider: string
  readonly shapes: readonly Shape[]
  /** Where the name must say more than the provider's, because the form is common. */
  readonly name?: RegExp
  readonly minEntropy?: number
}

/** Tokens without a form of their own: only the provider's name beside them tells. */
const PROVIDERS: readonly ProviderRule[] = [
  { provider: 'adafruit', shapes: [alphanumeric(32)] },
  { provider: 'adobe', shapes: [hex(32)] },
  { provider: 'airtable', shapes: [alphanumeric(17)] },
  { provider: 'algolia', shapes: [alphanumeric(32)] },
  { provider: 'alibaba', shapes: [alphanumeric(30)] },
  { provider: 'asana', shapes: [alphanumeric(16, 32), alphanumeric(51)] },
  { provider: 'atlassian', shapes: [alphanumeric(24)] },
  { provider: 'confluence', shapes: [alphanumeric(24)], name: /token|key|pass/ },
  { provider: 'jira', shapes: [alphanumeric(24)] },
  { provider: 'aws_secret', shapes: [(value) => /^[A-Za-z\d/+]{40}$/.test(value)] },
  { provider: 'secretaccesskey', shapes: [(value) => /^[A-Za-z\d/+]{40}$/.test(value)] },
  { provider: 'bitbucket', shapes: [alphanumeric(32, 64)] },
  { provider: 'bittrex', shapes: [alphanumeric(32)] },
  { provider: 'cloudant', shapes: [hex(64), alphanumeric(24)] },
  { provider: 'cloudflare', shapes: [alphanumeric(40), hex(37)] },
  { provider: 'codecov', shapes: [alphanumeric(32)] },
  { provider: 'cohere', shapes: [alphanumeric(40)] },
  { provider: 'co_api_key', shapes: [alphanumeric(40)] },
  { provider: 'coinbase', shapes: [alphanumeric(64)] },
  { provider: 'confluent', shapes: [alphanumeric(16, 64)] },
  { provider: 'contentful', shapes: [alphanumeric(43)] },
  { provider: 'datadog', shapes: [alphanumeric(40)] },
  { provider: 'discord', shapes: [hex(64), alphanumeric(32), (value) => /^\d{17,19}$/.test(value)] },
  { provider: 'droneci', shapes: [alphanumeric(32)] },
  { provider: 'dropbox', shapes: [alphanumeric(15), (value) => /^[a-z\d]{11}AAAAAAAAAA[\w=-]{43}$/i.test(value)] },
  { provider: 'etsy', shapes: [alphanumeric(24)] },
  { provider: 'facebook', shapes: [hex(32)] },
  { provider: 'fastly', shapes: [alphanumeric(32)] },
  { provider: 'finicity', shapes: [hex(32), alphanumeric(20)] },
  { provider: 'finnhub', shapes: [alphanumeric(20)] },
  { provider: 'flickr', shapes: [alphanumeric(32)] },
  { provider: 'freshbooks', shapes: [alphanumeric(64)] },
  { provider: 'gitter', shapes: [alphanumeric(40)] },
  { provider: 'heroku', shapes: [UUID] },
  { provider: 'hubspot', shapes: [UUID] },
  { provider: 'intercom', shapes: [alphanumeric(60)] },
  { provider: 'kraken', shapes: [(value) => /^[\w+/=-]{80,90}$/.test(value)] },
  { provider: 'kucoin', shapes: [hex(24), UUID] },
  { provider: 'launchdarkly', shapes: [alphanumeric(40)] },
  { provider: 'linear', shapes: [hex(32)] },
  { provider: 'linked', shapes: [alphanumeric(14, 16)], name: /linked_?in/ },
  { provider: 'looker', shapes: [alphanumeric(20, 24)] },
  { provider: 'mailgun', shapes: [(value) => /^[\da-h]{32}-[\da-h]{8}-[\da-h]{8}$/.test(value)] },
  { provider: 'mattermost', shapes: [alphanumeric(26)] },
  { provider: 'meraki', shapes: [hex(40)], minEntropy: 3.1 },
  { provider: 'message', shapes: [alphanumeric(25), UUID], name: /message_?bird/ },
  { provider: 'netlify', shapes: [alphanumeric(40, 41, 42, 43, 44, 45, 46)] },
  { provider: 'new_relic', shapes: [alphanumeric(64)] },
  { provider: 'nytimes', shapes: [alphanumeric(32)] },
  { provider: 'okta', shapes: [(value) => /^00[\w=-]{40}$/.test(value)], minEntropy: 4 },
  {
    provider: 'plaid',
    shapes: [alphanumeric(24, 30), (value) => /^access-(?:sandbox|development|production)-/.test(value)],
  },
  { provider: 'privateai', shapes: [alphanumeric(32)] },
  { provider: 'rapidapi', shapes: [alphanumeric(50)] },
  { provider: 'sendbird', shapes: [hex(40), UUID] },
  { provider: 'sentry', shapes: [hex(64)] },
  { provider: 'snyk', shapes: [UUID] },
  { provider: 'softlayer', shapes: [hex(64)] },
  { provider: 'sonar', shapes: [(value) => /^(?:sq[pua]_)?[\w=-]{40}$/.test(value)] },
  { provider: 'squarespace', shapes: [UUID] },
  { provider: 'sumo', shapes: [(value) => /^su[A-Za-z\d]{12}$/.test(value), alphanumeric(64)] },
  { provider: 'travis', shapes: [alphanumeric(22)] },
  { provider: 'trello', shapes: [alphanumeric(32)] },
  { provider: 'twitch', shapes: [alphanumeric(30)] },
  {
    provider: 'twitter',
    shapes: [
      alphanumeric(25, 45, 50),
      (value) => /^\d{15,25}-[A-Za-z\d]{20,40}$/.test(value),
      (value) => /^A{22}[\w%]{80,100}$/.test(value),
    ],
  },
  { provider: 'yandex', shapes: [alphanumeric(40)] },
  { provider: 'zendesk', shapes: [alphanumeric(40)] },
  { provider: 'ibm', shapes: [alphanumeric(44), hex(48)] },
  { provider: 'cos_', shapes: [hex(48)] },
  { provider: 'telegram', shapes: [(value) => /^\d{5,16}:A[\w-]{34}$/.test(value)] },
  { provider: 'kuboard', shapes: [alphanumeric(32)] },
  { provider: 'artifactory', shapes: [alphanumeric(64, 73)] },
  { provider: 'freemius', shapes: [(value) => /^sk_\S{29}$/.test(value)] },
  { provider: 'secret_key', shapes: [(value) => /^sk_\S{29}$/.test(value)] },
  { provider: 'contribsys', shapes: [(value) => /^[\da-f]{8}:[\da-f]{8}$/.test(value)], minEntropy: 1 },
  { provider: 'appsecret', shapes: [hex(32)] },
]

/** Tokens of Twitter begin with as many of one letter, and those of Dropbox have ten of them inside. */
const FILLED = /^A{22}[\w%]{40}|^[a-z\d]{11}A{10}[\w=-]{43}$/i

/** Which provider's token the assignment holds, if any. */
export function providerSecret({ name, value }: Assignment): string | undefined {
  const lower = name.toLowerCase()
  for (const rule of PROVIDERS) {
    if (!lower.includes(rule.provider) || !(rule.name?.test(lower) ?? true)) continue
    if (!rule.shapes.some((shape) => shape(value)) || (!FILLED.test(value) && isPlaceholder(value))) continue
    if (entropyOf(value) >= (rule.minEntropy ?? 2)) return rule.provider
  }
  return undefined
}

/** Names whose value is secret, whoever gave it. */
const SECRET_NAME =
  /(?:(?:api|access|auth|client|private|secret|encryption|signing|session|service|app|consumer|refresh|user|admin|db|database|master|license)[_.-]?(?:key|token|secret|pass(?:word|wd)?|pwd|auth)|secret[_.-]?access[_.-]?key|token|secret|password|passwd|passphrase|pwd|apikey|credentials?|api[_.-]?pass|(?:^|[_.-])(?:auth|creds?|pass)|[_.-](?:pat|sk)|secret_key_base|[\w]{2,}[_.-]key)$/i
/** Names that end in a key to data, not to a door. */
const KEY_OF_DATA =
  /(?:cache|sort|primary|partition|foreign|public|object|row|index|route|routing|unique|storage|lookup|group|range|hash|dict|map|shard|idempotency|i18n|translation|config|column|field|message|event|s3|bucket)[_.-]key$/i
/** A part after the name that says that the value only describes the secret. */
const DESCRIPTION_NAME =
  /(?:id|name|url|uri|path|file|length|size|type|count|expir\w*|hash|public\w*|prefix|alias|field|param\w*)$/i

/** Whether the value of an assignment is a secret by its name and by looking random. */
export function isGenericSecret({ name, value }: Assignment): boolean {
  if (!SECRET_NAME.test(name) || DESCRIPTION_NAME.test(name) || KEY_OF_DATA.test(name) || isPlaceholder(value))
    return false
  if (/^(?:https?:|\/|\.|\$|@|%|#)|^[A-Za-z]+:\/\//.test(value) || isCode(value)) return false
  if (/pass|pwd/i.test(name)) return looksLikePassword(value)
  if (value.length < 10 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  return entropyOf(value) >= 3.1
}

/** `X25519.KeyPair`, `process.env.TOKEN`, `kVK_Return.u16`, `DOC_Vector_5_32`, `getToken`: names of things, not their values. */
function isCode(value: string): boolean {
  if (/^[A-Za-z_$][\w$]*(?:[.:][A-Za-z_$][\w$]*)+[.:]?$/.test(value))
    return !/\d.*[A-Za-z].*\d.*[A-Za-z].*\d/.test(value)
  if (/[=!]=[^=]|->|&&|\|\|/.test(value)) return true
  // A package with its version: jackson-core-2.15.0.
  if (/^[A-Za-z]+(?:[-_][A-Za-z]+)*[-_@:]v?\d+(?:\.\d+){1,3}$/.test(value)) return true
  // A type or a variable: ApiKeyConfig2, defaultToConfig2, OAuth2Token.
  if (
    /^(?:[A-Z][a-z]{2,}|[a-z]{2,}[A-Z][a-z]+)(?:[A-Z][a-z]+)+\d{0,2}$|^[A-Z][A-Za-z]{2,}\d[A-Z][a-z]{2,}$/.test(value)
  )
    return true
  // What is read of an object, or a field with a number: matchResult?.pass, users.*.password, maxContentLength:-1.
  if (/^[A-Za-z_$][\w$]*(?:\?\.|\.\*\.)[\w$]|^[A-Za-z]+:[-!]?\d{1,6}$/.test(value)) return true
  return /^[A-Z]+(?:_[A-Z\d]+)*$/.test(value) || /^[A-Za-z]+(?:[_-][A-Za-z\d]{1,10})+$/.test(value)
}

/** Whether a value that a sentence or a header calls a secret is one: random, or a password of three kinds of signs. */
export function isSaidSecret(value: string): boolean {
  if (isPlaceholder(value) || isCode(value) || /^(?:https?:|[./$@%#]|[A-Za-z]+:\/\/)/.test(value)) return false
  if (looksLikePassword(value)) return /\d/.test(value)
  return value.length >= 16 && /\d/.test(value) && /[A-Za-z]/.test(value) && entropyOf(value) >= 3.2
}

/** Letters and figures in turn, three times and more: `8j5lz376wkn`, not `test1234` or `step2of3`. */
function isMixed(value: string): boolean {
  return value.length >= 10 && (value.match(/[a-z]\d|\d[a-z]/gi) ?? []).length >= 4 && entropyOf(value) >= 3
}

/** A password has eight characters of three kinds, or mixes two of them; a word alone is an example. */
function looksLikePassword(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(value)).length
  return value.length >= 8 && (kinds >= 3 || isMixed(value)) && entropyOf(value) >= 2.7
}
