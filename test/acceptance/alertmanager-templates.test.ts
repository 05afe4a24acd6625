import { describe, expect, test } from 'vitest'
import { play, type Step } from '../support/alert-timeline.ts'
import { hasProgram } from '../support/peer.ts'

/**
 * Every text is rendered by Debian's Alertmanager and by us, as the text of a Slack message; the bodies must be equal byte for byte,
 * which also compares all the rest of the message: the default title, fallback, links and colours.
 */
// Later versions print label sets as a whole in another way than 0.25, so no text here does that.
const TEXTS: readonly string[] = [
  // Default templates, by name.
  ...[
    '__subject',
    '__alertmanagerURL',
    'slack.default.title',
    'slack.default.fallback',
    'slack.default.titlelink',
    'pagerduty.default.description',
    'pagerduty.default.clientURL',
    'opsgenie.default.message',
    'opsgenie.default.description',
    'opsgenie.default.source',
    'wechat.default.message',
    'victorops.default.state_message',
    'victorops.default.entity_display_name',
    'pushover.default.title',
    'pushover.default.message',
    'pushover.default.url',
    'sns.default.subject',
    'sns.default.message',
    'telegram.default.message',
    'discord.default.title',
    'discord.default.message',
    'webex.default.message',
    'email.default.subject',
  ].map((name) => `{{ template "${name}" . }}`),
  '{{ template "pagerduty.default.instances" .Alerts.Firing }}|{{ template "__text_alert_list" .Alerts }}',
  // The data.
  '{{ .Receiver }} {{ .Status }} {{ .ExternalURL }} {{ len .Alerts }} {{ .Alerts.Firing | len }} {{ .Alerts.Resolved | len }}',
  '{{ .GroupLabels.alertname }} {{ .CommonLabels.severity }} {{ .CommonLabels.missing }}|{{ .CommonAnnotations.summary }}',
  '{{ range .Alerts }}{{ .Status }} {{ .Labels.instance }} {{ .Annotations.description }} {{ .GeneratorURL }} {{ .Fingerprint }};{{ end }}',
  '{{ range .Alerts }}{{ .StartsAt.Format "2006-01-02T15:04:05Z07:00" }} {{ .StartsAt.Unix }} {{ .EndsAt.IsZero }} {{ .StartsAt.UTC.Year }};{{ end }}',
  '{{ (index .Alerts 0).Labels.instance }} {{ (index .Alerts 1).Labels.instance }}',
  '{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}',
  '{{ .CommonLabels.Names | join ", " }} {{ .CommonLabels.Values | join "+" }}',
  '{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values }}{{ end }}',
  '{{ (.CommonLabels.Remove (stringSlice "severity" "job")).SortedPairs.Names }}',
  '{{ range $k, $v := .CommonLabels }}{{ $k }}:{{ $v }},{{ end }}',
  // The functions.
  '{{ "MiXed case" | toUpper }} {{ "MiXed case" | toLower }} {{ "hello wORLD, o\'neill" | title }}',
  '{{ match "^a.c$" "abc" }} {{ match "z" "abc" }} {{ reReplaceAll "(b+)" "<$1>" "abbbc" }} {{ reReplaceAll "x(?P<n>.)" "${n}y" "xaxb" }}',
  '{{ join "-" (stringSlice "a" "b") }} {{ "a" | stringSlice | join "" }} {{ safeHtml "<b>" }}',
  '{{ $x := 0 }}{{ range .Alerts }}{{ if eq .Status "firing" }}{{ $x = len .Labels }}{{ end }}{{ end }}{{ $x }}',
  '{{ define "mine" }}<{{ . }}>{{ end }}{{ template "mine" .Status }}{{ define "__subject" }}replaced{{ end }}{{ template "slack.default.title" . }}',
  '{{ if and (eq .Status "firing") (gt (len .Alerts) 1) }}many{{ else if .Alerts }}one{{ else }}none{{ end }}',
  '{{ printf "%-10s|%5d|%q" .Status (len .Alerts) .Receiver }}',
  '{{ .Status | printf "%s!" | html }} {{ urlquery "a b&c" }} {{ "<&>" | html }} {{ js "it\'s" }}',
  '{{- range .Alerts -}} {{ .Labels.instance }} {{- end -}}',
  '<&> "quotes" \\ \u00e9 \u6d4b\u8bd5 \u{1f600}',
]

const CONFIG = `
route: {receiver: 'team.x', group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}
receivers:
- name: team.x
  slack_configs:
${TEXTS.map((text, i) => `  - {api_url: 'WEBHOOK/${i}', send_resolved: true, channel: '#c', text: ${JSON.stringify(text)}}`).join('\n')}
`

const LABELS = { alertname: 'High Latency', severity: 'P1', job: 'api', note: '<a> & "b"' }
const ANNOTATIONS = { summary: 'It is \u6162 <slow>', runbook: 'http://x/?a=b&c' }

function send(at: number, ...instances: ReadonlyArray<readonly [name: string, endsAt: number]>): Step {
  const alerts = instances.map(([instance, endsAt]) => ({
    labels: { ...LABELS, instance },
    annotations: { ...ANNOTATIONS, description: `about ${instance}` },
    startsAt: 0,
    endsAt,
  }))
  return { at, do: 'send', alerts }
}

describe.skipIf(!hasProgram('prometheus-alertmanager'))('texts', () => {
  test("are Alertmanager's, in each state of a group", { timeout: 60_000, retry: 2 }, async () => {
    const steps = [send(0, ['b:1', 60], ['a:1', 60]), send(2.3, ['a:1', 2.2]), send(4.3, ['b:1', 4.2])]
    const { theirs, ours } = await play({ config: CONFIG, steps, forSeconds: 6.5 })
    const byText = (received: typeof ours): Record<string, readonly string[]> => {
      const bodies: Record<string, string[]> = {}
      for (const { path, body } of received) (bodies[TEXTS[Number(path.slice(1))] ?? path] ??= []).push(body)
      return bodies
    }
    expect(TEXTS.filter((text) => byText(theirs)[text] === undefined)).toEqual([])
    expect(byText(ours)).toEqual(byText(theirs))
  })
})
