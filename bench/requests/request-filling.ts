import type { EmbeddedConnection } from '../../src/storage/clickhouse/embedded-connection.ts'
import { list, sql, Sql } from '../../src/storage/clickhouse/sql.ts'
import { pick, seededRandom } from '../../src/util/random.ts'

const ROWS_PER_INSERT = 100_000
const VOCABULARY = 4_000
const DAY_MS = 86_400_000

export const DAYS = 30
/** Stands in one of a million prompts and of a million answers. */
export const RARE = { english: 'quetzalcoatl', chinese: '饕餮纹' } as const

/**
 * Fills `spans` and `evaluations` with requests that look like those of a company: a few models and features that most calls use, users of
 * whom some call all day, sessions of five turns, prompts and answers of so many words of which some are much more frequent than others, 30 % Chinese.
 * The texts of each 100,000 are those of the first, which no compression notices, with ids, times, sessions and versions of their own.
 */
export async function fillRequests(
  connection: EmbeddedConnection,
  { rows, words, endMs }: { readonly rows: number; readonly words: number; readonly endMs: number },
): Promise<void> {
  const inserts = Math.ceil(rows / ROWS_PER_INSERT)
  const count = Math.min(rows, ROWS_PER_INSERT)
  const lastingUs = Math.floor((DAYS * DAY_MS * 1_000) / inserts)
  const startUs = endMs * 1_000 - DAYS * DAY_MS * 1_000
  const first = { count, words, startUs, stepUs: lastingUs / count }
  await connection.command(spansStatement(first))
  await connection.command(evaluationsStatement(first))
  for (let number = 1; number < inserts; number++) {
    await connection.command(copyOfSpans(number, inserts, { startUs, lastingUs }))
    await connection.command(copyOfEvaluations(number, { startUs, lastingUs }))
  }
}

interface Stretch {
  readonly count: number
  readonly words: number
  readonly startUs: number
  readonly stepUs: number
}

interface First {
  readonly startUs: number
  readonly lastingUs: number
}

function copyOfSpans(number: number, inserts: number, first: First): Sql {
  const rare = list(Object.values(RARE).map((word) => sql`${word}`))
  const text = (name: string): Sql =>
    number % 10 === 0
      ? new Sql(name)
      : sql`arrayFold((text, word) -> replaceOne(text, word, ''), [${rare}], ${new Sql(name)})`
  const moved = (name: string): Sql => sql`addMicroseconds(${new Sql(name)}, ${number * first.lastingUs})`
  return sql`
    INSERT INTO spans SELECT * REPLACE (${copiedId('trace_id', number)} AS trace_id, ${copiedId('span_id', number)} AS span_id,
      ${moved('start')} AS start, ${moved('end')} AS end, concat(session_id, '-', ${String(number)}) AS session_id,
      ${String(1 + Math.floor((3 * number) / inserts))} AS prompt_version, ${text('prompt')} AS prompt, ${text('response')} AS response)
    FROM spans WHERE ${isFirst('spans.start', first)}`
}

function copyOfEvaluations(number: number, first: First): Sql {
  return sql`
    INSERT INTO evaluations SELECT * REPLACE (${copiedId('trace_id', number)} AS trace_id, ${copiedId('span_id', number)} AS span_id,
      addMicroseconds(time, ${number * first.lastingUs}) AS time)
    FROM evaluations WHERE ${isFirst('evaluations.time', first)}`
}

function copiedId(name: 'trace_id' | 'span_id', number: number): Sql {
  const length = name === 'trace_id' ? 32 : 16
  return sql`substring(lower(hex(MD5(concat(${new Sql(name)}, ${String(number)})))), 1, ${length})`
}

function isFirst(name: string, { startUs, lastingUs }: First): Sql {
  const column = new Sql(name)
  const at = (us: number): Sql => sql`fromUnixTimestamp64Micro(${us}, 'UTC')`
  return sql`${column} >= ${at(startUs - 1_000)} AND ${column} < ${at(startUs + lastingUs - 1_000)}`
}

/** In [0, 1), another one for each name and row. */
function uniform(name: string): Sql {
  return sql`(cityHash64(number, ${name}) / 18446744073709551616.)`
}

function normal(name: string): Sql {
  return sql`(sqrt(-2 * log(1 - ${uniform(name)})) * cos(6.283185307 * ${uniform(`${name}2`)}))`
}

const IDENTITY = sql`lower(hex(MD5(toString(number)))) AS trace_id, lower(hex(reverse(MD5(toString(number))))) AS mirrored,
  substring(mirrored, 1, 16) AS span_id`

function spansStatement({ count, words, startUs, stepUs }: Stretch): Sql {
  return sql`
    INSERT INTO spans (trace_id, span_id, name, kind, start, end, status, service, session_id, user_id, attributes, resource, is_request,
      request_status, operation, provider, model, request_model, response_model, response_id, prompt, prompt_frame, response, response_frame,
      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, parameters, finish_reasons, streamed, ttft_ms, error_type,
      prompt_name, prompt_version, feature, source, cost_usd)
    WITH ${texts('english')} AS english, ${texts('chinese')} AS chinese,
      intDiv(number, 500) * 100 + number % 100 AS session,
      toUInt32(20000 * pow(cityHash64(session, 'user') / 18446744073709551616., 3)) AS user,
      toUInt32(12 * pow(cityHash64(session, 'feature') / 18446744073709551616., 1.7)) AS feature_number,
      (feature_number * 5 + if(${uniform('model')} < 0.8, 0, 3)) % 12 AS model_number,
      ${uniform('error')} < 0.02 AS is_error, ${uniform('stream')} < 0.7 AS is_streamed, ${uniform('language')} < 0.3 AS is_chinese,
      toUInt32(exp(7 + 0.4 * model_number % 3 + 0.8 * ${normal('latency')}) * 1000) AS latency_us,
      toInt64(180 + 200 * ${uniform('in')}) AS tokens_in, toInt64(latency_us / 12000 + 20 * ${uniform('out')}) AS tokens_out
    SELECT trace_id, span_id, 'chat', 'llm', start, end, status, service, session_id, user_id, attributes, resource, 1, request_status, 'chat',
      provider, model, model, model, response_id, prompt, prompt_frame, response, response_frame, tokens_in, if(is_error, NULL, tokens_out),
      if(${uniform('cached')} < 0.3, 128, 0), 0, '{"temperature":0.7,"max_tokens":1024}', finish_reasons, is_streamed,
      if(is_streamed AND NOT is_error, latency_us / 1000 * (0.1 + 0.2 * ${uniform('ttft')}), NULL), error_type,
      concat('prompt-', toString(feature_number)), '1', feature, source,
      if(model_number = 11, NULL, round((tokens_in * 3 + tokens_out * 15) / 1e6, 6))
    FROM (
      SELECT number, ${IDENTITY},
        fromUnixTimestamp64Micro(toInt64(${startUs} + number * ${stepUs} + ${stepUs} * ${uniform('jitter')}), 'UTC') AS start,
        fromUnixTimestamp64Micro(toUnixTimestamp64Micro(start) + latency_us, 'UTC') AS end,
        if(is_error, 'error', 'ok') AS status, concat('service-', toString(feature_number % 5)) AS service,
        concat('session-', toString(session)) AS session_id, concat('user-', toString(user)) AS user_id,
        concat('{"gen_ai.conversation.id":"', session_id, '","http.response.status_code":200,"server.address":"api.example.com"}') AS attributes,
        concat('{"service.name":"', service, '","service.version":"1.4.2","host.name":"node-', toString(session % 7), '"}') AS resource,
        if(is_error, 'error', 'success') AS request_status,
        concat('provider-', toString(model_number % 4)) AS provider, concat('model-', toString(model_number)) AS model,
        concat('chatcmpl-', substring(trace_id, 5, 24)) AS response_id,
        if(is_chinese, ${textOf('chinese', 'prompt', words)}, ${textOf('english', 'prompt', words)}) AS prompt,
        if(is_error, '', if(is_chinese, ${textOf('chinese', 'answer', words)}, ${textOf('english', 'answer', words)})) AS response,
        concat('[{"role":"user","parts":[{"type":"text","length":', toString(lengthUTF8(prompt)), '}]}]') AS prompt_frame,
        if(is_error, '', concat('[{"role":"assistant","parts":[{"type":"text","length":', toString(lengthUTF8(response)), '}]}]')) AS response_frame,
        if(is_error, [], if(${uniform('finish')} < 0.93, ['stop'], ['length'])) AS finish_reasons,
        if(is_error, if(${uniform('which')} < 0.6, 'rate_limit', 'timeout'), '') AS error_type,
        concat('feature-', toString(feature_number)) AS feature, if(feature_number % 4 = 3, 'gateway', 'otlp') AS source,
        is_error, is_streamed, feature_number, model_number, latency_us, tokens_in, tokens_out
      FROM numbers(${count})
    )`
}

/** One evaluator, which flags one of a hundred. */
function evaluationsStatement({ count, startUs, stepUs }: Stretch): Sql {
  return sql`
    INSERT INTO evaluations (trace_id, span_id, evaluator, evaluator_version, time, model, score, verdict, explanation)
    SELECT trace_id, span_id, evaluator, '1', start, 'model-0', score, if(score < 0.01, 'flagged', 'ok'), ''
    FROM (
      SELECT ${IDENTITY}, 'toxicity' AS evaluator, cityHash64(number, evaluator) / 18446744073709551616. AS score,
        fromUnixTimestamp64Milli(toInt64((${startUs} + number * ${stepUs} + ${stepUs} * ${uniform('jitter')}) / 1000), 'UTC') AS start
      FROM numbers(${count})
    )`
}

type Language = 'english' | 'chinese'

/** The vocabulary of a language as an array. */
function texts(language: Language): Sql {
  return sql`[${new Sql(
    vocabularyOf(language)
      .map((word) => `'${word}'`)
      .join(','),
  )}]`
}

/** The first words of the vocabulary most often; Chinese ones with a comma now and then instead of spaces. */
function textOf(language: Language, side: 'prompt' | 'answer', count: number): Sql {
  const words = new Sql(language)
  const hash = sql`cityHash64(number, k, ${side})`
  const index = sql`1 + toUInt32(pow(${hash} / 18446744073709551616., 2.5) * ${VOCABULARY})`
  const separator = language === 'english' ? sql`' '` : sql`''`
  const end = language === 'english' ? sql`'.'` : sql`'。'`
  const comma = language === 'english' ? sql`''` : sql`if(${hash} % 7 = 0, '，', '')`
  const rare = sql`if(number % 1000000 = 777, ${language === 'english' ? ` ${RARE.english}` : RARE.chinese}, '')`
  return sql`concat(arrayStringConcat(arrayMap(k -> concat(${words}[${index}], ${comma}), range(${count})), ${separator}), ${rare}, ${end})`
}

function vocabularyOf(language: Language): string[] {
  const random = seededRandom(language === 'english' ? 1 : 2)
  const pieces = language === 'english' ? SYLLABLES : Array.from(CHARACTERS)
  const words = new Set<string>()
  while (words.size < VOCABULARY) {
    const count = 1 + Math.floor(random() * 3)
    words.add(Array.from({ length: count }, () => pick(random, pieces)).join(''))
  }
  return [...words].sort((a, b) => a.length - b.length)
}

const SYLLABLES =
  'a the in re er con ing de tion to en pro or der ful ly ment com per ter ble an ver ness is able sub est pre un al ate ist ish ous mis out over part port scribe form tract spect dict cept fer mit pose sist'.split(
    ' ',
  )
const CHARACTERS =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运'
