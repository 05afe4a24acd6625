import type { ChangeVerdict, EvaluatorReport, QualityReport, Rate, WorstExample } from './quality-report.ts'
import { changeText, intervalText, numberText, percentText, rateText, timeText } from './report-text.ts'
import { evaluatorName, WORDS, type ReportLanguage } from './report-words.ts'

const BAR_WIDTH = 180
const VERDICT_COLOR: Readonly<Record<ChangeVerdict, string>> = {
  better: '#0f9d76',
  worse: '#dc2626',
  same: 'inherit',
  unknown: 'inherit',
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #8884}
td:first-child,th:first-child{text-align:left}.dim{opacity:.7}article{border-left:3px solid #dc2626;padding-left:1rem;margin:1rem 0;overflow-wrap:anywhere}
.big{font-size:2.4rem;font-weight:700}h2{margin-top:2.5rem}`

/** The report as one page without any other file. */
export function reportHtml(report: QualityReport, language: ReportLanguage): string {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language]
  const { requests, evaluated, composite, errors } = report
  const sections = [
    report.evaluators.length === 0 ? `<p>${word('nothing')}</p>` : evaluatorTable(report.evaluators, language),
    modelTable(report, language),
    truthTable(report, language),
    examples(report.worst, language),
  ]
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${word('title')}</title><style>${STYLE}</style></head><body>
<h1>${word('title')}</h1>
<p class="dim">${timeText(report.startMs)} – ${timeText(report.endMs)} · ${escaped(report.model ?? word('allModels'))}</p>
<p><span class="big">${numberText(composite.now)}</span> ${word('composite')} <span class="dim">(${word('before')}: ${numberText(composite.before)})</span></p>
<p>${word('requests')} ${requests.now} <span class="dim">(${word('before')}: ${requests.before})</span> · ${word('evaluated')} ${evaluated.now} · ${word('errors')} ${rateText(errors.now)} ${changeText(errors, language)}</p>
${sections.join('\n')}
</body></html>
`
}

function evaluatorTable(evaluators: readonly EvaluatorReport[], language: ReportLanguage): string {
  const heads = ['evaluator', 'flagged', 'samples', 'rate', 'interval', 'change', 'meanScore'] as const
  const rows = evaluators.map(({ evaluator, flagged, meanScore }) => {
    const { now, verdict } = flagged
    const cells = [
      escaped(evaluatorName(evaluator, language)),
      String(now.hits),
      String(now.trials),
      percentText(now.share),
      `${intervalPicture(now)} ${intervalText(now.interval)}`,
      `<span style="color:${VERDICT_COLOR[verdict]}">${changeText(flagged, language)}</span>`,
      meanScore === undefined ? '–' : meanScore.toFixed(2),
    ]
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<table><tr>${heads.map((head) => `<th>${WORDS[head][language]}</th>`).join('')}</tr>${rows.join('')}</table>`
}

/** The rate as a point on its interval, on a line from 0 to 100 %. */
function intervalPicture({ share = 0, interval }: Rate): string {
  const [from, to] = [interval.lower * BAR_WIDTH, interval.upper * BAR_WIDTH]
  return `<svg width="${BAR_WIDTH}" height="10" role="img"><line x1="0" x2="${BAR_WIDTH}" y1="5" y2="5" stroke="#8884"/><line x1="${from.toFixed(1)}" x2="${to.toFixed(1)}" y1="5" y2="5" stroke="#2563eb" stroke-width="3"/><circle cx="${(share * BAR_WIDTH).toFixed(1)}" cy="5" r="4" fill="#2563eb"/></svg>`
}

function modelTable({ models }: QualityReport, language: ReportLanguage): string {
  if (models.length === 0) return ''
  const heads = ['model', 'requests', 'errors', 'composite'] as const
  const rows = models.map(
    ({ model, requests, errors, composite }) =>
      `<tr><td>${escaped(model)}</td><td>${requests}</td><td>${rateText(errors)}</td><td>${numberText(composite)}</td></tr>`,
  )
  return `<h2>${WORDS.models[language]}</h2><table><tr>${heads.map((head) => `<th>${WORDS[head][language]}</th>`).join('')}</tr>${rows.join('')}</table>`
}

function truthTable({ truth }: QualityReport, language: ReportLanguage): string {
  if (truth.length === 0) return ''
  const rows = truth.flatMap(({ model, classification, fairness }) => {
    const { samples, accuracy, accuracyInterval, f1 } = classification
    const first = `<tr><td>${escaped(model)}</td><td>${percentText(accuracy)} (${intervalText(accuracyInterval)})</td><td>F1 ${percentText(f1)}</td><td>n ${samples}</td></tr>`
    const gaps = fairness.map(
      ({ attribute, criterion, gap, interval, highest, lowest }) =>
        `<tr><td class="dim">${WORDS.fairness[language]} ${escaped(attribute)}/${criterion}</td><td>${percentText(gap)} (${intervalText(interval)})</td><td>${escaped(highest)}</td><td>${escaped(lowest)}</td></tr>`,
    )
    return [first, ...gaps]
  })
  return `<h2>${WORDS.truth[language]}</h2><table>${rows.join('')}</table>`
}

function examples(worst: readonly WorstExample[], language: ReportLanguage): string {
  if (worst.length === 0) return ''
  const articles = worst.map(
    ({ evaluator, score, label, explanation, traceId, spanId, model, prompt, response }) => `<article>
<b>${escaped(evaluatorName(evaluator, language))}</b> ${score.toFixed(2)} ${escaped(label ?? '')} · ${escaped(model)} · <a href="/requests/${traceId}/${spanId}">${traceId.slice(0, 8)}</a>
<p>${escaped(explanation)}</p><p class="dim">${WORDS.prompt[language]}: ${escaped(prompt)}</p><p class="dim">${WORDS.response[language]}: ${escaped(response)}</p></article>`,
  )
  return `<h2>${WORDS.worst[language]}</h2>${articles.join('\n')}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
