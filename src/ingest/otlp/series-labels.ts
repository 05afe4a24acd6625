import { Labels, METRIC_NAME } from '../../model/labels.ts'
import type { Attributes } from '../../model/span.ts'
import { textOf } from '../json-value.ts'
import type { OtlpConfig } from './config.ts'
import { escapedLabelName } from './metric-name.ts'
import type { OtlpResource, OtlpScope } from './otlp-span.ts'

/** Attributes of a resource that become `job` and `instance`. */
const IDENTITY = new Set(['service.name', 'service.namespace', 'service.instance.id'])

/** What all series of a family have from who sent them. */
export interface Family {
  readonly name: string
  /** `job` and `instance`, and what a scope is called; nothing else may take these labels. */
  readonly identity: Readonly<Record<string, string>>
  /** Labels from the resource, for series that have none of the name themselves. */
  readonly promoted: Readonly<Record<string, string>>
}

/** The labels of series for OTLP's attributes, resources and scopes, as Prometheus's `otlp` section has them. */
export class SeriesLabels {
  readonly #config: OtlpConfig

  constructor(config: OtlpConfig) {
    this.#config = config
  }

  familyOf(name: string, resource: OtlpResource, scope: OtlpScope): Family {
    return {
      name,
      identity: { ...this.#promotedScope(scope), ...identityOf(resource) },
      promoted: this.#promotedResource(resource),
    }
  }

  /** Attributes whose names become the same label are joined with `;` in the order of their names. */
  of(family: Family, attributes: Attributes, extra: Readonly<Record<string, string>> = {}): Labels {
    const found = new Map<string, string>()
    for (const name of Object.keys(attributes).sort()) {
      const label = this.labelName(name)
      const value = textOf(attributes[name])
      const known = found.get(label)
      found.set(label, known === undefined ? value : `${known};${value}`)
    }
    for (const [name, value] of Object.entries(family.promoted)) if (!found.has(name)) found.set(name, value)
    for (const [name, value] of Object.entries({ ...family.identity, ...extra })) found.set(name, value)
    found.set(METRIC_NAME, family.name)
    return Labels.from(found)
  }

  /** As Prometheus: only for resources that can be identified and that say more than their identity. Undefined for the others. */
  targetInfo(resource: OtlpResource): Labels | undefined {
    const identity = identityOf(resource)
    const names = Object.keys(resource.attributes)
    if (names.every((name) => IDENTITY.has(name)) || Object.keys(identity).length === 0) return undefined
    const kept = names.filter((name) => this.#config.keep_identifying_resource_attributes || !IDENTITY.has(name))
    const described = Object.fromEntries(kept.map((name) => [name, resource.attributes[name] ?? null]))
    return this.of({ name: 'target_info', identity, promoted: {} }, described)
  }

  labelName(attribute: string): string {
    const { translation_strategy: strategy } = this.#config
    if (strategy === 'NoTranslation' || strategy === 'NoUTF8EscapingWithSuffixes') return attribute
    return escapedLabelName(attribute, {
      markUnderscore: this.#config.label_name_underscore_sanitization,
      keepUnderscores: this.#config.label_name_preserve_multiple_underscores,
    })
  }

  #promotedResource({ attributes }: OtlpResource): Record<string, string> {
    const config = this.#config
    const names = config.promote_all_resource_attributes
      ? Object.keys(attributes).filter((name) => !config.ignore_resource_attributes.includes(name))
      : config.promote_resource_attributes.filter((name) => attributes[name] !== undefined)
    return Object.fromEntries(names.map((name) => [this.labelName(name), textOf(attributes[name])]))
  }

  /** Of scopes that have a name, as Prometheus; their attributes do not take the place of what they are called. */
  #promotedScope({ name, version, attributes, schemaUrl }: OtlpScope): Record<string, string> {
    if (!this.#config.promote_scope_metadata || name === '') return {}
    const own = Object.entries(attributes).map(([key, value]) => [this.labelName(`otel_scope_${key}`), textOf(value)])
    const called = { otel_scope_name: name, otel_scope_version: version, otel_scope_schema_url: schemaUrl }
    return { ...Object.fromEntries(own), ...called }
  }
}

function identityOf({ attributes }: OtlpResource): Record<string, string> {
  const service = textOf(attributes['service.name'])
  const namespace = textOf(attributes['service.namespace'])
  const instance = textOf(attributes['service.instance.id'])
  return {
    ...(service === '' ? {} : { job: namespace === '' ? service : `${namespace}/${service}` }),
    ...(instance === '' ? {} : { instance }),
  }
}
