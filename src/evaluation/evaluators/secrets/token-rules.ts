/** The form of one kind of token that shows what it is. */
export interface TokenRule {
  readonly name: string
  /** Matches the token; the surroundings are checked apart (see `hasBorders`). */
  readonly pattern: RegExp
  /** Literal text, at least one of which every token of the kind contains: the cheap test before the expression. */
  readonly literals: readonly string[]
  /** Bits per character that the token must have; lower than the usual where a kind's tokens are short. */
  readonly minEntropy?: number
  /** Whether the token may begin inside a longer word. */
  readonly anywhere?: boolean
}

const DEFAULT_MIN_ENTROPY = 2.6

/** As `minEntropy` of a rule says. */
export function minEntropyOf(rule: TokenRule): number {
  return rule.minEntropy ?? DEFAULT_MIN_ENTROPY
}

function rule(
  name: string,
  literals: string | readonly string[],
  pattern: RegExp,
  options: Partial<TokenRule> = {},
): TokenRule {
  return { name, literals: typeof literals === 'string' ? [literals] : literals, pattern, ...options }
}

/** Tokens with a form of their own. The forms are those that the providers publish or that their scanners announce. */
export const TOKEN_RULES: readonly TokenRule[] = [
  // Models.
  rule('openai', 'T3BlbkFJ', /sk-(?:(?:proj|svcacct|admin|None)-)?[\w-]{16,}T3BlbkFJ[\w-]{16,}/),
  rule('openai', ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], /sk-(?:proj|svcacct|admin)-[\w-]{40,}/),
  rule('openai', 'sk-', /sk-(?=[A-Za-z\d]*\d)(?=[A-Za-z\d]*[a-zA-Z])[A-Za-z\d]{32,64}(?![\w-])/, { minEntropy: 3.3 }),
  rule('siliconflow', 'sk-', /sk-[a-z]{48}(?![\w-])/, { minEntropy: 3.5 }),
  rule('openrouter', 'sk-or-v1-', /sk-or-v1-[\da-f]{64}/),
  rule('anthropic', 'sk-ant-', /sk-ant-(?:api03|admin01)-[\w-]{93}AA/),
  rule('anthropic', ['sk-ant-oat', 'sk-ant-ort', 'sk-ant-sid'], /sk-ant-(?:oat|ort|sid)\d\d-[\w-]{80,}/),
  rule('huggingface', ['hf_', 'api_org_'], /(?:hf_|api_org_)(?=[a-z]*[A-Z])(?=[A-Z]*[a-z])[A-Za-z\d]{34}/, {
    minEntropy: 3.5,
  }),
  rule('perplexity', 'pplx-', /pplx-[A-Za-z\d]{48}/),
  rule('replicate', 'r8_', /r8_[A-Za-z\d]{37}/),
  rule('groq', 'gsk_', /gsk_[A-Za-z\d]{52}/),
  rule('xai', 'xai-', /xai-[A-Za-z\d]{80}/),
  rule('nvidia', 'nvapi-', /nvapi-[\w-]{60,70}/, { minEntropy: 3.5 }),
  rule('cerebras', 'csk-', /csk-[a-z\d]{48}/, { minEntropy: 3.5 }),
  rule('fireworks', 'fw_', /fw_[A-Za-z\d]{24}/, { minEntropy: 3.5 }),
  rule('together', 'tgp_v1_', /tgp_v1_[\w-]{43}/, { minEntropy: 3.5 }),
  rule('elevenlabs', 'sk_', /sk_[\da-f]{48}/),
  rule('pinecone', 'pcsk_', /pcsk_[A-Za-z\d]{5,8}_[A-Za-z\d]{60,66}/),
  rule('tavily', 'tvly-', /tvly-(?:dev-|prod-)?[A-Za-z\d]{32}/, { minEntropy: 3.5 }),
  rule('langsmith', 'lsv2_', /lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{10}/),
  rule('jina', 'jina_', /jina_[\da-f]{32}[\w-]{28}/),
  rule('voyage', 'pa-', /pa-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{43}/, { minEntropy: 4 }),
  rule('zhipu', '.', /(?<![\w.])[\da-f]{32}\.(?=[A-Za-z\d]*[A-Z])[A-Za-z\d]{16}(?![\w.])/, { minEntropy: 3.5 }),
  rule('baidu', 'bce-v3/', /bce-v3\/ALTAK-[A-Za-z\d]{21}\/[\da-f]{40}/),
  rule('langfuse', 'sk-lf-', /sk-lf-[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/),
  // Clouds.
  rule('aws', ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'], /(?:A(?:KI|SI|BI|CC)A|A3T[A-Z\d])[A-Z2-7]{16}/, {
    minEntropy: 0.9,
  }),
  rule('aws-bedrock', 'ABSK', /ABSK[A-Za-z\d+/]{109,269}={0,2}/, { minEntropy: 3.5 }),
  rule('aws-bedrock', 'bedrock-api-key-', /bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[\w+/=-]*/),
  rule('gcp', 'AIzaSy', /AIzaSy[\w-]{33}/, { minEntropy: 3.5 }),
  rule('gcp-oauth', 'GOCSPX-', /GOCSPX-[\w-]{28}/),
  rule('google-oauth', 'ya29.', /ya29\.[\w-]{30,}/),
  rule('azure-ad', 'Q~', /[\w~.]{3}\dQ~[\w~.-]{31,34}/, { minEntropy: 3 }),
  rule(
    'azure-storage',
    ['AccountKey=', 'SharedAccessKey='],
    /(?:AccountKey|SharedAccessKey)=[A-Za-z\d+/]{43,86}={1,2}/,
  ),
  rule('alibaba', 'LTAI', /LTAI[A-Za-z\d]{12,26}/, { minEntropy: 3 }),
  rule('tencent', 'AKID', /AKID[A-Za-z\d]{32}/),
  rule('digitalocean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /do[opr]_v1_[\da-f]{64}/),
  rule('yandex', 'AQVN', /AQVN[\w-]{35,38}/),
  rule('yandex', 't1.', /t1\.[A-Z\da-z_-]+={0,2}\.[A-Z\da-z_-]{86}={0,2}/),
  rule('yandex', 'YC', /YC[\w-]{38}/, { minEntropy: 3.5 }),
  rule('flyio', 'fo1_', /fo1_[\w-]{43}/),
  rule('flyio', ['fm1', 'fm2_'], /fm(?:1[ar]|2)_[\w+/-]{60,}={0,3}/),
  rule('heroku', 'HRKU-AA', /HRKU-AA[\w-]{58}/),
  rule('scalingo', 'tk-us-', /tk-us-[\w-]{48}/),
  rule('databricks', 'dapi', /dapi[\da-f]{32}(?:-\d)?/),
  rule('clickhouse-cloud', '4b1d', /4b1d[A-Za-z\d]{38}/),
  rule('planetscale', 'pscale_', /pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}/),
  rule('pulumi', 'pul-', /pul-[\da-f]{40}/),
  rule('hashicorp-terraform', '.atlasv1.', /[A-Za-z\d]{14}\.atlasv1\.[\w=-]{60,70}/, { anywhere: true }),
  rule('hashicorp-vault', ['hvs.', 'hvb.'], /hv[sb]\.[\w-]{90,300}/, { minEntropy: 3.5 }),
  rule('hashicorp-vault', 's.', /s\.(?=[A-Za-z\d]*\d)(?=[A-Za-z\d]*[a-z])(?=[A-Za-z\d]*[A-Z])[A-Za-z\d]{24}/, {
    minEntropy: 3.5,
  }),
  rule('harness', ['pat.', 'sat.'], /[ps]at\.[\w-]{22}\.[\da-z]{24}\.[A-Za-z\d]{20}/),
  rule('dynatrace', 'dt0c01.', /dt0c01\.[A-Za-z\d]{24}\.[A-Za-z\d]{64}/),
  rule('openshift', 'sha256~', /sha256~[\w-]{43}/, { minEntropy: 3.5 }),
  rule('1password', 'ops_eyJ', /ops_eyJ[A-Za-z\d+/]{60,}={0,3}/, { minEntropy: 4 }),
  rule('1password', 'A3-', /A3-[A-Z\d]{6}-(?:[A-Z\d]{11}|[A-Z\d]{6}-[A-Z\d]{5})-[A-Z\d]{5}-[A-Z\d]{5}-[A-Z\d]{5}/, {
    minEntropy: 3.5,
  }),
  rule('age', 'AGE-SECRET-KEY-1', /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/),
  rule('azure-sas', 'sig=', /[?&]sig=[A-Za-z\d%+/]{40,60}(?:%3D|=)/i, { anywhere: true, minEntropy: 3.5 }),
  rule('supabase', 'sbp_', /sbp_(?:v0_)?[\da-f]{40}/),
  rule('supabase', 'sb_secret_', /sb_secret_[\w-]{31}/, { minEntropy: 3.5 }),
  rule('neon', 'napi_', /napi_[a-z\d]{64}/, { minEntropy: 3.5 }),
  rule('render', 'rnd_', /rnd_[A-Za-z\d]{28,36}/, { minEntropy: 3.5 }),
  rule('netlify', ['nfp_', 'nfo_', 'nfc_'], /nf[poc]_[A-Za-z\d]{36}/, { minEntropy: 3.5 }),
  rule('firebase', ':APA91b', /AAAA[\w-]{7}:APA91b[\w-]{120,150}/, { minEntropy: 3.5 }),
  rule('honeycomb', ['hcaik_', 'hcxik_'], /hc[a-z]ik_[a-z\d]{58}/),
  rule('dbt', ['dbtc_', 'dbtu_'], /dbt[cu]_[\w=-]{38,44}/, { minEntropy: 3.5 }),
  // Code and packages.
  rule('docker', ['dckr_pat_', 'dckr_oat_'], /dckr_[po]at_[\w-]{27,32}/, { minEntropy: 3.5 }),
  rule('circleci', ['CCIPAT_', 'CCIPRJ_'], /CCIP(?:AT|RJ)_[A-Za-z\d]{22}_[\da-f]{40}/),
  rule('buildkite', 'bkua_', /bkua_[\da-f]{40}/),
  rule('figma', ['figd_', 'figo_', 'figu_'], /fig[dou]_[\w-]{40}/, { minEntropy: 3.5 }),
  rule('clickup', 'pk_', /pk_\d{5,9}_[A-Z\d]{32}/, { minEntropy: 3.5 }),
  rule('github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /gh[pousr]_[A-Za-z\d]{36}/, { minEntropy: 3 }),
  rule('github', 'github_pat_', /github_pat_\w{82}/, { minEntropy: 3 }),
  rule('gitlab', 'glpat-', /glpat-[\w-]{20}(?:[\w-]*\.[\da-z]{2}\.[\da-z]{7,9})?/, { minEntropy: 3 }),
  rule(
    'gitlab',
    ['gldt-', 'glcbt-', 'glrt-', 'glft-', 'glsoat-', 'glffct-'],
    /gl(?:dt|cbt|rt|ft|soat|ffct)-[\w-]{20,64}/,
    { minEntropy: 3 },
  ),
  rule('gitlab', 'glptt-', /glptt-[\w-]{40}/, { minEntropy: 2.9 }),
  rule('gitlab', 'glagent-', /glagent-[\w-]{50,1024}/, { minEntropy: 3 }),
  rule('gitlab', 'gloas-', /gloas-[\w-]{64}/, { minEntropy: 3 }),
  rule('gitlab', 'glimt-', /glimt-[\w-]{25}/, { minEntropy: 3 }),
  rule('gitlab', 'GR1348941', /GR1348941[\w-]{20,50}/, { minEntropy: 3 }),
  rule('gitlab', '_gitlab_session=', /_gitlab_session=[\da-z]{32}/),
  rule('bitbucket', 'ATBB', /ATBB[A-Za-z\d]{24,32}/, { minEntropy: 3.3 }),
  rule('atlassian', 'ATATT3', /ATATT3[\w=-]{180,200}/),
  rule('npm', 'npm_', /npm_[A-Za-z\d]{36}/, { minEntropy: 3 }),
  rule('pypi', 'pypi-AgE', /pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{50,}/),
  rule('rubygems', 'rubygems_', /rubygems_[\da-f]{48}/),
  rule('clojars', 'CLOJARS_', /CLOJARS_[\da-z]{60}/i),
  rule('nuget', 'oy2', /oy2[a-z\d]{43}/),
  rule('artifactory', ['AKC', 'AP'], /(?:AKC|AP[\dA-F])(?=[A-Za-z]*[a-z\d])[A-Za-z\d]{10,}/, { minEntropy: 0.5 }),
  rule('artifactory', 'cmVmd', /cmVmd[A-Za-z\d]{59}/, { minEntropy: 3.5 }),
  rule('sonar', ['sqp_', 'squ_', 'sqa_'], /sq[pua]_[A-Za-z\d]{40}/),
  rule('sourcegraph', 'sgp_', /sgp_(?:[\da-fA-F]{16}_|local_)?[\da-fA-F]{40}/, { minEntropy: 3 }),
  rule('snyk', 'snyk_', /snyk_(?:uat|sat)\.[\da-f]{8}\.[\w-]{40,}/),
  rule('postman', 'PMAK-', /PMAK-[\da-f]{24}-[\da-f]{34}/i),
  rule('readme', 'rdme_', /rdme_[\da-z]{70}/),
  rule('prefect', 'pnu_', /pnu_[A-Za-z\d]{36}/, { minEntropy: 2.8 }),
  rule('infracost', 'ico-', /ico-[A-Za-z\d]{32}/, { minEntropy: 3 }),
  rule('linear', 'lin_api_', /lin_api_[A-Za-z\d]{40}/),
  rule('notion', 'ntn_', /ntn_\d{11}[A-Za-z\d]{35}/, { minEntropy: 3.5 }),
  rule('notion', 'secret_', /secret_[A-Za-z\d]{43}/, { minEntropy: 3.5 }),
  rule('airtable', 'pat', /pat[A-Za-z\d]{14}\.[\da-f]{64}/),
  rule('doppler', 'dp.pt.', /dp\.pt\.[A-Za-z\d]{43}/),
  rule('octopus-deploy', 'API-', /API-[A-Z\d]{26}/, { minEntropy: 3 }),
  rule('defined-networking', 'dnkey-', /dnkey-[\w=-]{26}-[\w=-]{52}/),
  rule('settlemint', 'sm_', /sm_[asp]at_[A-Za-z\d]{16}/, { minEntropy: 3 }),
  rule('intra42', 's-s4t2', /s-s4t2(?:ud|af)-[\da-f]{64}/),
  rule('frameio', 'fio-u-', /fio-u-[\w=-]{64}/),
  rule('beamer', 'b_', /(?<![A-Za-z])b_[\w=-]{44}(?![\w=-])/, { minEntropy: 3.8 }),
  rule('maxmind', '_mmk', /[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk/),
  rule('typeform', 'tfp_', /tfp_[\w=.-]{59}/),
  rule('adobe', 'p8e-', /p8e-[A-Za-z\d]{32}/),
  rule('sentry', 'sntrys_', /sntrys_eyJ[A-Za-z\d+/=_]{60,}/),
  rule('sentry', 'sntryu_', /sntryu_[\da-f]{64}/),
  rule('grafana', 'glsa_', /glsa_[A-Za-z\d]{32}_[\da-fA-F]{8}/),
  rule('grafana', 'glc_', /glc_[A-Za-z\d+/]{32,400}={0,3}/, { minEntropy: 3.3 }),
  rule('grafana', 'eyJrIjoi', /eyJrIjoi[A-Za-z\d]{70,400}={0,3}/),
  rule('newrelic', ['NRAK-', 'NRJS-', 'NRII-'], /NR(?:AK-[A-Z\d]{27}|JS-[\da-f]{19}|II-[\w-]{32})/i),
  // Messages.
  rule('slack', 'xox', /xox[bpars]-(?:\d{8,14}-){1,3}[A-Za-z\d-]{10,64}/, { minEntropy: 2.5 }),
  rule('slack', 'xox', /xox[aors]-(?:\d-)?[\da-zA-Z]{8,48}(?:-[\da-zA-Z]+)*/, { minEntropy: 3 }),
  rule('slack', 'xoxe', /xoxe(?:\.xox[bp])?-\d-[A-Za-z\d]{100,200}/),
  rule('slack', 'xapp-', /xapp-\d-[A-Z\d]+-\d+-[\da-z]+/i),
  rule('slack', 'hooks.slack.com', /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z\d+/]{43,66}/, {
    anywhere: true,
  }),
  rule(
    'teams',
    '.webhook.office.com',
    /[a-z\d-]+\.webhook\.office\.com\/webhookb2\/[\da-f-]{36}@[\da-f-]{36}\/IncomingWebhook\/[\da-f]{32}\/[\da-f-]{36}/i,
    {
      anywhere: true,
    },
  ),
  rule('discord', 'discord', /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,}/, { anywhere: true }),
  rule('discord', '.', /[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27}/, {
    anywhere: true,
    minEntropy: 4,
  }),
  rule('telegram', ':A', /(?<!\d)\d{5,16}:A[\w-]{34}(?![\w-])/, { minEntropy: 3.5 }),
  rule('twilio', ['SK', 'AC'], /(?:SK|AC)[\da-z]{32}/, { minEntropy: 0.2 }),
  rule('sendgrid', 'SG.', /SG\.[\w-]{18,26}\.[\w-]{39,50}/),
  rule('sendinblue', 'xkeysib-', /xkeysib-[\da-f]{64}-[A-Za-z\d]{16}/),
  rule('mailchimp', '-us', /[\da-f]{32}-us\d{1,2}/),
  rule('mailgun', ['key-', 'pubkey-'], /(?:pub)?key-[\da-f]{32}/),
  rule('feishu', 'open.feishu.cn', /open\.feishu\.cn\/open-apis\/bot\/v2\/hook\/[\da-f-]{36}/, { anywhere: true }),
  rule('dingtalk', 'oapi.dingtalk.com', /oapi\.dingtalk\.com\/robot\/send\?access_token=[\da-f]{64}/, {
    anywhere: true,
  }),
  rule('wecom', 'qyapi.weixin', /qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/send\?key=[\da-f-]{36}/, { anywhere: true }),
  rule('resend', 're_', /re_(?=\w*\d)[A-Za-z\d]{8}_(?=\w*\d)[A-Za-z\d]{24}/, { minEntropy: 3.5 }),
  // Money.
  rule('razorpay', 'rzp_', /rzp_(?:live|test)_[A-Za-z\d]{14}/),
  rule('stripe', ['sk_', 'rk_'], /[sr]k_(?:live|test|prod)_[A-Za-z\d]{10,99}/, { minEntropy: 2.5 }),
  rule('stripe', 'whsec_', /whsec_[A-Za-z\d+/]{24,64}=?/, { minEntropy: 3.3 }),
  rule('square', 'EAAA', /EAAA[\w-]{60}/),
  rule('square', 'sq0', /sq0(?:atp-[\w-]{22}|csp-[\w-]{43}|[a-z]{3}-[\w-]{22,43})/),
  rule('shopify', 'shp', /shp(?:at|ca|pa|ss)_[\da-fA-F]{32}/),
  rule('shippo', 'shippo_', /shippo_(?:live|test)_[\da-fA-F]{40}/),
  rule('duffel', 'duffel_', /duffel_(?:test|live)_[\w=-]{43}/),
  rule('easypost', ['EZAK', 'EZTK'], /EZ[AT]K[A-Za-z\d]{54}/),
  rule('flutterwave', 'FLW', /FLW(?:PUBK|SECK)(?:_TEST)?-[\da-h]{12,32}(?:-X)?/i),
  rule('gocardless', 'live_', /(?<![a-z]_)live_[\w=-]{40}/, { minEntropy: 3.5 }),
  rule('lob', ['live_', 'test_'], /(?:live|test)_(?:pub_)?[\da-f]{31,35}/),
  rule('braintree', 'access_token$', /access_token\$(?:production|sandbox)\$[\da-z]{16}\$[\da-f]{32}/),
  rule('paypal', 'A21AA', /A21AA[\w-]{80,}/),
  rule('dropbox', 'sl.', /sl\.(?:[a-z]\.)?[\w=-]{130,}/),
  rule('facebook', 'EAA', /EAA[A-Za-z\d]{80,}/, { minEntropy: 3.5 }),
  rule('facebook', '|', /(?<!\d)\d{15,16}(?:\||%7C)[\w-]{27,40}/i),
  rule('mapbox', ['pk.', 'sk.'], /[ps]k\.eyJ[\w-]{40,100}\.[\w-]{22}/),
  rule('contentful', 'CFPAT-', /CFPAT-[\w-]{43}/),
  rule(
    'jwt-base64',
    'ZXlK',
    /ZXlK(?:[A-Za-z\d+/]{2,})(?:aGJHY2lPaU|bGNHMWlPaU|[A-Za-z\d+/]{60,})[A-Za-z\d+/]{20,}={0,2}/,
    { minEntropy: 4 },
  ),
  rule('softlayer', 'api.softlayer.com', /api\.softlayer\.com\/soap\/v3(?:\.1)?\/[\da-f]{64}/i, { anywhere: true }),
  rule('cloudflare', 'v1.0-', /v1\.0-[\da-f]{24}-[\da-f]{146}/),
]
