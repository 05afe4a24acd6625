import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../util/random.ts'
import { findSecrets } from './find-secrets.ts'
import { TOKEN_RULES } from './token-rules.ts'

/** What a part of a form is made of: [a]ny letter or figure, [h]ex, [l]ower case or figure, [u]pper case or figure, figures. */
const SIGNS = {
  a: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  h: '0123456789abcdef',
  l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  d: '0123456789',
} as const
type Sign = keyof typeof SIGNS
const GUID = '{h8}-{h4}-4{h3}-{h4}-{h12}'

/** One form of each provider's tokens a line, as the providers publish them; split where scanners of this repository would ring. */
const FORMS: ReadonlyArray<readonly [kind: string, ...forms: readonly string[]]> = [
  ['openai', 'sk-proj-{a74}T3BlbkFJ{a74}', 'sk-svcacct-{a58}', 'sk-{a48}', 'sk-{a20}T3BlbkFJ{a20}'],
  ['openrouter', 'sk-or-v1-{h64}'],
  ['anthropic', 'sk-ant-api03-{a93}AA', 'sk-ant-admin01-{a93}AA', 'sk-ant-oat01-{a86}'],
  ['huggingface', 'hf_{a34}', 'api_org_{a34}'],
  ['perplexity', 'pplx-{a48}'],
  ['replicate', 'r8_{a37}'],
  ['groq', 'gsk_{a52}'],
  ['xai', 'xai-{a80}'],
  ['nvidia', 'nvapi-{a64}'],
  ['cerebras', 'csk-{l48}'],
  ['fireworks', 'fw_{a24}'],
  ['together', 'tgp_v1_{a43}'],
  ['elevenlabs', 'sk_{h48}'],
  ['pinecone', 'pcsk_{a6}_{a63}'],
  ['tavily', 'tvly-dev-{a32}', 'tvly-{a32}'],
  ['langsmith', 'lsv2_pt_{h32}_{h10}', 'lsv2_sk_{h32}_{h10}'],
  ['jina', 'jina_{h32}{a28}'],
  ['voyage', 'pa-{a43}'],
  ['zhipu', '{h32}.{a16}'],
  ['baidu', 'bce-v3/ALTAK-{a21}/{h40}'],
  ['langfuse', `sk-lf-${GUID}`],
  ['wandb', 'wandb_v1_{a70}'],
  ['e2b', 'e2b_{h40}'],
  ['llamacloud', 'llx-{a48}'],
  ['firecrawl', 'fc-{h32}'],
  ['runpod', 'rpa_{u46}'],
  ['helicone', 'sk-helicone-{l7}-{l7}-{l7}-{l7}'],
  ['anyscale', 'esecret_{l30}'],
  ['modal', 'ak-{a22}', 'as-{a22}'],
  ['ollama', '{h32}.{a24}'],
  ['aws', 'AKIA{b16}', 'ASIA{b16}'],
  ['aws-bedrock', 'ABSK{a120}'],
  ['gcp', 'AIzaSy{a33}'],
  ['gcp-oauth', 'GOCSPX-{a28}'],
  ['google-oauth', 'ya29.{a60}', '1//0{a80}'],
  ['azure-ad', '{a3}8Q~{a34}'],
  ['azure-storage', 'AccountKey={a86}==', 'SharedAccessKey={a43}='],
  ['azure', '{a42}AzSe{a6}', '{a42}+ACR{a6}', '{a76}+ASt{a6}=='],
  ['azure-devops', '{a76}AZDO{a4}'],
  ['azure-sas', 'https://s.blob.core.windows.net/c?sv=2024&sig={a43}%3D'],
  ['alibaba', 'LTAI{a20}', 'STS.{a25}'],
  ['tencent', 'AKID{a32}'],
  ['volcengine', 'AKLT{a43}'],
  ['digitalocean', 'dop_v1_{h64}', 'doo_v1_{h64}', 'dor_v1_{h64}'],
  ['yandex', 'AQVN{a36}', 'YC{a38}'],
  ['flyio', 'fo1_{a43}', 'fm1a_{a110}', 'fm2_{a110}'],
  ['heroku', 'HRKU-AA{a58}'],
  ['vercel', 'vcp_{a56}', 'vck_{a56}'],
  ['scaleway', 'SCW{u17}'],
  ['scalingo', 'tk-us-{a48}'],
  ['databricks', 'dapi{h32}', 'dapi{h32}-2', 'dose{h32}'],
  ['clickhouse-cloud', '4b1d{a38}'],
  ['planetscale', 'pscale_tkn_{a43}', 'pscale_pw_{a43}', 'pscale_oauth_{a43}'],
  ['pulumi', 'pul-{h40}'],
  ['hashicorp-terraform', '{a14}.atlasv1.{a67}'],
  ['hashicorp-vault', 'hvs.{a95}', 'hvb.{a140}', 's.{a24}'],
  ['harness', 'pat.{a22}.{a24}.{a20}', 'sat.{a22}.{a24}.{a20}'],
  ['authress', 'sc_{l10}.{l4}.acc-{l16}.{a44}'],
  ['dynatrace', 'dt0c01.{u24}.{u64}'],
  ['openshift', 'sha256~{a43}'],
  ['1password', 'A3-{u6}-{u11}-{u5}-{u5}-{u5}', 'ops_eyJ{a250}'],
  ['supabase', 'sbp_{h40}', 'sb_secret_{a31}'],
  ['neon', 'napi_{l64}'],
  ['render', 'rnd_{a32}'],
  ['netlify', 'nfp_{a36}'],
  ['firebase', 'AAAA{a7}:APA91b{a134}'],
  ['honeycomb', 'hcaik_{l58}'],
  ['dbt', 'dbtc_{a40}'],
  ['tailscale', 'tskey-auth-{a17}-{a32}', 'tskey-api-{a17}-{a32}'],
  ['mongodb', 'mdb_sa_sk_{a40}'],
  ['aiven', 'aivenv1_{a80}'],
  ['cockroachdb', 'CCDB1_{a22}_{a40}'],
  ['confluent', 'cflt{a60}'],
  ['xata', 'xau_{a40}'],
  ['deno', 'ddp_{a36}'],
  ['docker', 'dckr_pat_{a27}'],
  ['circleci', 'CCIPAT_{a22}_{h40}'],
  ['buildkite', 'bkua_{h40}'],
  ['figma', 'figd_{a40}'],
  ['clickup', 'pk_{d8}_{u32}'],
  ['github', 'ghp_{a36}', 'gho_{a36}', 'ghs_{a36}', 'github_pat_{a22}_{a59}'],
  ['gitlab', 'glpat-{a20}', 'glpat-{a27}.01.{l9}', 'glptt-{h40}', 'gldt-{a20}', 'glrt-{a20}', 'glcbt-{h2}_{a20}'],
  ['bitbucket', 'ATBB{a28}'],
  ['atlassian', 'ATATT3{a186}'],
  ['trello', 'ATTA{h64}{d8}'],
  ['npm', 'npm_{a36}'],
  ['pypi', 'pypi-AgEIcHlwaS5vcmc{a60}'],
  ['rubygems', 'rubygems_{h48}'],
  ['crates', 'cio{a32}'],
  ['clojars', 'CLOJARS_{l60}'],
  ['nuget', 'oy2{l43}'],
  ['artifactory', 'AKCp{a69}', 'cmVmd{a59}'],
  ['sonar', 'sqp_{h40}'],
  ['sourcegraph', 'sgp_{h40}', 'sgp_{h16}_{h40}'],
  ['snyk', 'snyk_uat.{h8}.{a60}'],
  ['postman', 'PMAK-{h24}-{h34}'],
  ['readme', 'rdme_{l70}'],
  ['prefect', 'pnu_{a36}'],
  ['infracost', 'ico-{a32}'],
  ['linear', 'lin_api_{a40}', 'lin_oauth_{h64}'],
  ['notion', 'ntn_{d11}{a35}', 'secret_{a43}'],
  ['airtable', 'pat{a14}.{h64}'],
  ['doppler', 'dp.pt.{a43}', 'dp.st.prd.{a43}', 'dp.sa.{a43}'],
  ['octopus-deploy', 'API-{u26}'],
  ['defined-networking', 'dnkey-{u26}-{u52}'],
  ['settlemint', 'sm_pat_{a16}'],
  ['intra42', 's-s4t2ud-{h64}'],
  ['frameio', 'fio-u-{a64}'],
  ['beamer', 'b_{a44}'],
  ['maxmind', '{a6}_{a29}_mmk'],
  ['typeform', 'tfp_{a59}'],
  ['adobe', 'p8e-{a32}'],
  ['sentry', 'sntryu_{h64}', '{h32}:{h32}@o1.ingest.sentry.io/2'],
  ['grafana', 'glsa_{a32}_{h8}', 'glc_{a60}', 'eyJrIjoi{a80}'],
  ['newrelic', 'NRAK-{u27}', '{h36}NRAL'],
  ['chromatic', 'chpt_{h15}'],
  ['posthog', 'phx_{a43}'],
  ['launchdarkly', `sdk-${GUID}`, `api-${GUID}`],
  ['hubspot', `pat-na1-${GUID}`],
  ['asana', '1/{d16}:{h32}', '2/{d16}/{d16}:{h32}'],
  ['axiom', `xaat-${GUID}`],
  ['inngest', 'signkey-prod-{h64}'],
  ['jumpcloud', 'jca_{a36}'],
  ['replit', 'rplt_{a40}'],
  ['retool', 'retool_01{l26}'],
  ['pinterest', 'pina_{u80}'],
  ['zoho', '1000.{h32}.{h32}'],
  ['ngrok', '2{a26}_{a21}'],
  ['slack', 'xoxb-{d12}-{d12}-{a24}', 'xoxp-{d11}-{d11}-{d11}-{h32}', 'xapp-1-A{u10}-{d13}-{h64}', 'xoxe-1-{u146}'],
  ['discord', 'https://discord.com/api/webhooks/{d18}/{a68}', 'M{a23}.{a6}.{a27}'],
  ['teams', `https://x.webhook.office.com/webhookb2/${GUID}@${GUID}/IncomingWebhook/{h32}/${GUID}`],
  ['telegram', '{d10}:AA{a33}'],
  ['twilio', 'SK{h32}'],
  ['sendgrid', 'SG.{a22}.{a43}'],
  ['sendinblue', 'xkeysib-{h64}-{a16}'],
  ['brevo', 'xsmtpsib-{h64}-{a16}'],
  ['mailchimp', '{h32}-us12'],
  ['mailgun', 'key-{h32}'],
  ['feishu', `https://open.feishu.cn/open-apis/bot/v2/hook/${GUID}`],
  ['dingtalk', 'https://oapi.dingtalk.com/robot/send?access_token={h64}'],
  ['wecom', `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${GUID}`],
  ['resend', 're_{a8}_{a24}'],
  ['razorpay', 'rzp_live_{a14}'],
  ['stripe', 'sk_live_{a24}', 'rk_live_{a99}', 'whsec_{a32}'],
  ['square', 'EAAA{a60}', 'sq0csp-{a43}', 'sq0atp-{a22}'],
  ['shopify', 'shpat_{h32}', 'shpss_{h32}', 'shpua_{h32}'],
  ['shippo', 'shippo_live_{h40}'],
  ['duffel', 'duffel_live_{a43}'],
  ['easypost', 'EZAK{a54}', 'EZTK{a54}'],
  ['flutterwave', 'FLWSECK-{h32}-X', 'FLWPUBK_TEST-{h32}-X'],
  ['gocardless', 'live_{a40}'],
  ['lob', 'test_{h35}', 'live_pub_{h31}'],
  ['paddle', 'pdl_live_apikey_{l26}_{a22}_{a3}'],
  ['stytch', 'secret-live-{a36}'],
  ['samsara', 'samsara_api_{a30}'],
  ['adyen', 'AQE{a10}{a140}'],
  ['salesforce', '00D{a15}!{a100}'],
  ['braintree', 'access_token$production${l16}${h32}'],
  ['paypal', 'A21AA{a90}'],
  ['dropbox', 'sl.{a140}', 'sl.u.{a140}'],
  ['facebook', 'EAA{a120}', '{d15}|{a27}'],
  ['mapbox', 'pk.eyJ{a60}.{a22}'],
  ['contentful', 'CFPAT-{a43}'],
  ['softlayer', 'https://api.softlayer.com/soap/v3/{h64}'],
  ['cloudflare', 'v1.0-{h24}-{h146}'],
]

/** Forms whose tokens scanners' own tests fill with one sign, so that these count. */
const FILLED_COUNTS = new Set(['twilio', 'aws', 'mailchimp'])

describe('forms of tokens', () => {
  const cases = FORMS.flatMap(([kind, ...forms]) => forms.map((form) => [kind, form] as const))

  test.each(cases)('%s: %s', (kind, form) => {
    const random = seededRandom(form.length * 31 + cases.length)
    for (let round = 0; round < 8; round++) {
      const token = filled(form, (signs) => signs[Math.floor(random() * signs.length)] ?? '')
      for (const text of [token, `Use ${token} for it.`, `export KEY="${token}"`])
        expect([text, kindsIn(text)]).toEqual([text, expect.arrayContaining([kind])])
    }
  })

  test.each(cases.filter(([kind, form]) => !FILLED_COUNTS.has(kind) && form.includes('{')))(
    'a form without a token is none: %s: %s',
    (kind, form) => {
      const blank = filled(form, (signs) => (signs.startsWith('0') ? '0' : signs.startsWith('A') ? 'X' : 'x'))
      expect(kindsIn(`Use ${blank} for it.`)).not.toContain(kind)
    },
  )

  test('each rule has a form here', () => {
    const named = new Set(FORMS.map(([kind]) => kind))
    const written = new Set(['siliconflow', 'age', 'jwt-base64'])
    expect(TOKEN_RULES.map(({ name }) => name).filter((name) => !named.has(name) && !written.has(name))).toEqual([])
  })
})

describe('secrets of configuration files', () => {
  const VALUE = Buffer.from('Zq8vT2mXc5Lr9Wk3').toString('base64')
  test.each([
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  anything: ${VALUE}\n`,
    '<add key="ClearTextPassword" value="Zq8vT2mXc5" />',
    'administrator_login_password = "8j5lz376wkn"',
  ])('%s', (text) => {
    expect(findSecrets(text)).toHaveLength(1)
  })

  test.each([
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  anything: ${VALUE}\n`,
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  password: {{ .Values.password | b64enc }}\n',
    '<add key="ClearTextPassword" value="%NUGET_PASSWORD%" />',
    'password: test1234',
  ])('is none: %s', (text) => {
    expect(findSecrets(text)).toEqual([])
  })
})

function filled(form: string, sign: (signs: string) => string): string {
  return form.replace(/\{([a-z])(\d+)\}/g, (whole, kind: string, count: string) =>
    isSign(kind) ? Array.from({ length: Number(count) }, () => sign(SIGNS[kind])).join('') : whole,
  )
}

function isSign(kind: string): kind is Sign {
  return kind in SIGNS
}

function kindsIn(text: string): string[] {
  return findSecrets(text).map(({ kind }) => kind)
}
