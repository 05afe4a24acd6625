import { readFileSync } from 'node:fs'
import path from 'node:path'
import { escapeHtml } from '../../util/go-template/builtins.ts'
import { textFunction } from '../../util/go-template/function.ts'
import { TemplateSet } from '../../util/go-template/template.ts'
import { glob } from '../../util/glob.ts'
import { Lru } from '../../util/lru.ts'
import type { Notification } from '../notify/notification.ts'
import { SafeText, templateFunctions } from './functions.ts'
import { TemplateData } from './template-data.ts'

const DEFAULTS = ['default.tmpl', 'email.tmpl'].map((name) => path.join(import.meta.dirname, name))

/** Texts of the configuration that were parsed already. */
const REMEMBERED_TEXTS = 1_000

/** Renders the texts of one notification. Throws `TemplateError`. */
export interface Rendering {
  readonly data: TemplateData
  readonly text: (template: string) => string
  /** What actions write is escaped for HTML; `safeHtml` passes. */
  readonly html: (template: string) => string
}

/** The default templates and those of the user's files, for text and for HTML. */
export class NotificationTemplates {
  readonly #text: TemplateSet
  readonly #html: TemplateSet
  readonly #parsed = new Lru<string, TemplateSet>(REMEMBERED_TEXTS)
  #nowMs = 0

  private constructor(files: readonly string[]) {
    const functions = templateFunctions(() => this.#nowMs)
    const options = { functions, missingKey: 'zero' } as const
    const load = (set: TemplateSet): TemplateSet =>
      [...DEFAULTS, ...files].reduce((known, file) => known.with(path.basename(file), readFileSync(file, 'utf8')), set)
    this.#text = load(TemplateSet.create(options))
    this.#html = load(TemplateSet.create({ ...options, escape: escapeForHtml }))
  }

  /** Reads the files that the globs name, relative ones from `baseDir`. Throws `TemplateError` or what the file system says. */
  static load(patterns: readonly string[], baseDir: string): NotificationTemplates {
    const files = patterns.flatMap((pattern) => glob(path.resolve(baseDir, pattern)))
    return new NotificationTemplates(files)
  }

  render(notification: Notification): Rendering {
    const data = new TemplateData(notification)
    return {
      data,
      text: (template) => this.#run(this.#text, 'text', template, notification, data),
      html: (template) => this.#run(this.#html, 'html', template, notification, data),
    }
  }

  #run(set: TemplateSet, kind: string, text: string, notification: Notification, data: TemplateData): string {
    if (!text.includes('{{')) return text
    this.#nowMs = notification.timeMs
    const parsed = this.#parse(set, kind, text)
    if (!text.includes('routeLabels') && data.RouteLabels.size === 0) return parsed.execute('', data)
    const resolve = routeLabelResolver(data, (label) => this.#parse(set, kind, label))
    return parsed.withFunctions({ routeLabels: textFunction(resolve) }).execute('', data)
  }

  #parse(set: TemplateSet, kind: string, text: string): TemplateSet {
    const key = `${kind}:${text}`
    const known = this.#parsed.get(key)
    if (known !== undefined) return known
    const parsed = set.with('', text)
    this.#parsed.set(key, parsed)
    return parsed
  }
}

function escapeForHtml(text: string, value: unknown): string {
  return value instanceof SafeText ? text : escapeHtml(text)
}

/** Labels of a route are templates that may use each other; each is rendered once, and a circle is an error. */
function routeLabelResolver(data: TemplateData, parse: (text: string) => TemplateSet): (name: string) => string {
  const done = new Map<string, string>()
  const underWay: string[] = []
  const resolve = (name: string): string => {
    const written = data.RouteLabels.get(name)
    const known = done.get(name)
    if (written === undefined || known !== undefined) return known ?? ''
    if (underWay.includes(name)) throw new Error(`route label cycle detected: ${[...underWay, name].join(' -> ')}`)
    underWay.push(name)
    const rendered = parse(written)
      .withFunctions({ routeLabels: textFunction(resolve) })
      .execute('', data)
    underWay.pop()
    done.set(name, rendered)
    return rendered
  }
  return resolve
}
