import {
  any,
  type FunctionMap,
  instanceOf,
  list,
  string,
  strings,
  textFunction,
} from '../../util/go-template/function.ts'
import { GoDuration, GoTime } from '../../util/go-template/go-time.ts'
import { humanizeDuration, toFloat } from '../../util/humanize.ts'
import { matchesRe2, replaceAllRe2 } from '../../util/re2-replace.ts'
import { checkTimeZone } from '../../util/zoned-time.ts'
import { goJson } from './go-json.ts'

/** Text that an HTML template writes as it is. */
export class SafeText {
  static readonly goType: string = 'template.HTML'
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  String(): string {
    return this.#text
  }
}

const time = instanceOf(GoTime, 'time.Time')

/** Alertmanager's template functions (https://prometheus.io/docs/alerting/latest/notifications/#functions). `now` is the time of the notification. */
export function templateFunctions(nowMs: () => number): FunctionMap {
  return {
    ...TEXT_FUNCTIONS,
    now: { parameters: [], call: () => new GoTime(nowMs()) },
    since: { parameters: [time], call: ([from]) => new GoDuration(nowMs() - (from as GoTime).ms) },
    date: { parameters: [string, time], call: ([layout, at]) => (at as GoTime).Format(String(layout)) },
    tz: { parameters: [string, time], call: ([zone, at]) => (at as GoTime).inZone(zoneNamed(String(zone))) },
    humanizeDuration: {
      parameters: [any],
      call: ([value]) => humanizeDuration(value instanceof GoDuration ? value.Seconds() : toFloat(value)),
    },
    toJson: { parameters: [any], call: ([value]) => goJson(value) },
    list: { parameters: [], variadic: any, call: (items) => [...items] },
    append: { parameters: [list], variadic: any, call: ([items, ...more]) => [...(items as unknown[]), ...more] },
    dict: { parameters: [], variadic: any, call: dict },
    // Replaced for each notification, whose route has the labels.
    routeLabels: textFunction(() => ''),
  }
}

const TEXT_FUNCTIONS: FunctionMap = {
  toUpper: textFunction((text) => text.toUpperCase()),
  toLower: textFunction((text) => text.toLowerCase()),
  title: textFunction((text) =>
    text
      .toLowerCase()
      .replace(/(^|[^\p{L}\p{N}_'’])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  trimSpace: textFunction((text) => text.trim()),
  join: { parameters: [string, strings], call: ([separator, items]) => (items as string[]).join(String(separator)) },
  stringSlice: { parameters: [], variadic: string, call: (items) => [...items] },
  match: { parameters: [string, string], call: ([pattern, text]) => matchesRe2(String(pattern), String(text)) },
  reReplaceAll: {
    parameters: [string, string, string],
    call: ([pattern, replacement, text]) => replaceAllRe2(String(pattern), String(replacement), String(text)),
  },
  safeHtml: textFunction((text) => new SafeText(text)),
  safeUrl: textFunction((text) => new SafeText(text)),
  urlUnescape: textFunction((text) => decodeURIComponent(text.replaceAll('+', ' '))),
  base64encode: textFunction((text) => base64Url(text)),
  base64decode: textFunction((text) => Buffer.from(text, 'base64url').toString()),
}

/** With padding, as Go's URL encoding. */
function base64Url(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

function zoneNamed(name: string): string {
  try {
    return checkTimeZone(name)
  } catch {
    throw new Error(`unknown time zone ${name}`)
  }
}

function dict(values: readonly unknown[]): Record<string, unknown> {
  if (values.length % 2 !== 0) throw new Error('dict requires an even number of arguments')
  const entries: [string, unknown][] = []
  for (let i = 0; i < values.length; i += 2) {
    const key = values[i]
    if (typeof key !== 'string') throw new Error('dict keys must be strings')
    entries.push([key, values[i + 1]])
  }
  return Object.fromEntries(entries)
}
