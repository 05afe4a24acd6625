import type { Labels } from '../../model/labels.ts'
import { GoTime, ZERO_TIME_MS } from '../../util/go-template/go-time.ts'
import { StringMap } from '../../util/go-template/value.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Notification, NotifiedAlert } from '../notify/notification.ts'

/** A list of texts in templates: `.Names.Join ", "`. */
export class Strings extends Array<string> {
  static readonly goType: string = 'template.Strings'

  Join(separator: string): string {
    return this.join(separator)
  }
}

export class Pair {
  static readonly goType: string = 'template.Pair'
  readonly Name: string
  readonly Value: string

  constructor(name: string, value: string) {
    this.Name = name
    this.Value = value
  }
}

export class Pairs extends Array<Pair> {
  static readonly goType: string = 'template.Pairs'

  Names(): Strings {
    return Strings.from(this, ({ Name }) => Name) as Strings
  }

  Values(): Strings {
    return Strings.from(this, ({ Value }) => Value) as Strings
  }

  String(): string {
    return Array.from(this, ({ Name, Value }) => `${Name}=${Value}`).join(', ')
  }
}

/** Labels or annotations in templates. */
export class KV extends StringMap {
  static override readonly goType: string = 'template.KV'

  /** By name, alertname first. */
  SortedPairs(): Pairs {
    const names = [...this.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const first = names.filter((name) => name === 'alertname')
    const ordered = [...first, ...names.filter((name) => name !== 'alertname')]
    return Pairs.from(ordered, (name) => new Pair(name, this.get(name) ?? '')) as Pairs
  }

  Remove(names: readonly string[]): KV {
    return new KV([...this].filter(([name]) => !names.includes(name)))
  }

  Names(): Strings {
    return this.SortedPairs().Names()
  }

  Values(): Strings {
    return this.SortedPairs().Values()
  }

  String(): string {
    return this.SortedPairs().String()
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries([...this].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** One alert in templates. */
export class TemplateAlert {
  static readonly goType: string = 'template.Alert'
  readonly Status: string
  readonly Labels: KV
  readonly Annotations: KV
  readonly StartsAt: GoTime
  readonly EndsAt: GoTime
  readonly GeneratorURL: string
  readonly Fingerprint: string

  constructor(alert: NotifiedAlert) {
    this.Status = alert.status
    this.Labels = new KV(alert.labels.entries())
    this.Annotations = new KV(Object.entries(alert.annotations))
    this.StartsAt = new GoTime(alert.startsAtMs)
    this.EndsAt = new GoTime(alert.endsAtMs === 0 ? ZERO_TIME_MS : alert.endsAtMs)
    this.GeneratorURL = alert.generatorUrl
    this.Fingerprint = fingerprint(alert.labels)
  }

  toJSON() {
    return {
      status: this.Status,
      labels: this.Labels,
      annotations: this.Annotations,
      startsAt: this.StartsAt,
      endsAt: this.EndsAt,
      generatorURL: this.GeneratorURL,
      fingerprint: this.Fingerprint,
    }
  }
}

export class TemplateAlerts extends Array<TemplateAlert> {
  static readonly goType: string = 'template.Alerts'

  Firing(): TemplateAlert[] {
    return Array.from(this).filter(({ Status }) => Status === 'firing')
  }

  Resolved(): TemplateAlert[] {
    return Array.from(this).filter(({ Status }) => Status === 'resolved')
  }
}

/** What `.` is in notification templates (https://prometheus.io/docs/alerting/latest/notifications/). */
export class TemplateData {
  static readonly goType: string = '*template.Data'
  readonly Receiver: string
  readonly Status: string
  readonly Alerts: TemplateAlerts
  readonly NotificationReason: string
  readonly GroupLabels: KV
  readonly CommonLabels: KV
  readonly CommonAnnotations: KV
  readonly RouteLabels: KV
  readonly ExternalURL: string
  /** Ours: where who is told says that they look after it; '' when there is no such place. */
  readonly AcknowledgeURL: string

  constructor(notification: Notification) {
    const { alerts } = notification
    this.Receiver = notification.receiver.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
    this.Status = notification.status
    this.Alerts = TemplateAlerts.from(alerts, (alert) => new TemplateAlert(alert)) as TemplateAlerts
    this.NotificationReason = notification.reason
    this.GroupLabels = new KV(notification.groupLabels.entries())
    this.CommonLabels = new KV(common(alerts.map(({ labels }) => labelsObject(labels))))
    this.CommonAnnotations = new KV(common(alerts.map(({ annotations }) => annotations)))
    this.RouteLabels = new KV(Object.entries(notification.routeLabels))
    this.ExternalURL = notification.externalUrl
    this.AcknowledgeURL = notification.acknowledgeUrl
  }
}

function labelsObject(labels: Labels): Readonly<Record<string, string>> {
  return labels.toObject()
}

/** What all have alike. */
function common(records: ReadonlyArray<Readonly<Record<string, string>>>): [string, string][] {
  const [first = {}, ...others] = records
  return Object.entries(first).filter(([name, value]) => others.every((other) => other[name] === value))
}
