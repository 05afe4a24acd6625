import type { Acknowledgement } from '../alerting/acknowledgement/acknowledgement.ts'
import type { StoredAlert } from '../alerting/stored-alert.ts'
import { escapeHtml } from '../util/go-template/builtins.ts'

export interface ShownAlert {
  readonly alert: StoredAlert
  readonly acknowledgement: Acknowledgement | undefined
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}
li{margin-bottom:.75rem}small{opacity:.7}input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin-top:.5rem}
button{background:#c92a2a;color:#fff;border:0;border-radius:6px;font-weight:600}`

/** What a link in a message shows on a telephone, without a script: the alerts, and the button. `undefined`: not a link of ours. */
export function acknowledgePage(alerts: readonly ShownAlert[] | undefined): string {
  return `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>Tetrascope</title><style>${STYLE}</style></head><body><h1>Tetrascope</h1>${content(alerts)}</body></html>`
}

function content(alerts: readonly ShownAlert[] | undefined): string {
  if (alerts === undefined) return '<p>This link is not valid or too old. / 链接无效或已过期。</p>'
  if (alerts.length === 0) return '<p>Nothing fires any more. / 告警已全部恢复。</p>'
  const isAnswered = alerts.every(({ acknowledgement }) => acknowledgement !== undefined)
  return `<ul>${alerts.map(item).join('')}</ul>${isAnswered ? '' : FORM}`
}

const FORM = `<form method="post"><input name="by" required maxlength="200" autocomplete="name" placeholder="Your name / 姓名">
<input name="comment" maxlength="2000" placeholder="Comment / 备注"><button>Acknowledge / 确认</button></form>`

function item({ alert, acknowledgement }: ShownAlert): string {
  const { summary = '', summary_zh: chinese = '' } = alert.annotations
  const texts = [`<b>${escapeHtml(alert.labels.get('alertname'))}</b>`, escapeHtml(summary), escapeHtml(chinese)]
  const since = new Date(alert.startsAtMs).toISOString()
  const answered =
    acknowledgement === undefined
      ? ''
      : `<br>✓ Acknowledged / 已确认: ${escapeHtml(acknowledgement.by)} ${new Date(acknowledgement.timeMs).toISOString()} ${escapeHtml(acknowledgement.comment)}`
  return `<li>${texts.filter((text) => text !== '').join('<br>')}<br><small>${escapeHtml(alert.labels.toString())}<br>${since}</small>${answered}</li>`
}
