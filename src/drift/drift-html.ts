import type { Comparison, DriftBin, DriftLevel } from './comparison.ts'
import type { ColumnDrift, TableDrift } from './table-drift.ts'

export type ReportLanguage = 'en' | 'zh'

const WIDTH = 640
const HEIGHT = 160
const MAX_BARS = 24
const COLOR: Readonly<Record<DriftLevel, string>> = { none: '#0f9d76', slight: '#d97706', severe: '#dc2626' }

export const DRIFT_WORDS = {
  title: { en: 'Drift report', zh: '漂移报告' },
  reference: { en: 'reference', zh: '参考数据' },
  current: { en: 'current', zh: '当前数据' },
  rows: { en: 'rows', zh: '行' },
  none: { en: 'none', zh: '无漂移' },
  slight: { en: 'slight', zh: '轻微' },
  severe: { en: 'severe', zh: '严重' },
  feature: { en: 'feature', zh: '特征' },
  level: { en: 'level', zh: '等级' },
  kind: { en: 'kind', zh: '类型' },
  numeric: { en: 'numeric', zh: '数值' },
  categorical: { en: 'categorical', zh: '类别' },
  bin: { en: 'bin', zh: '分箱' },
  moved: { en: 'moved most', zh: '变化最大' },
  part: { en: 'part of PSI', zh: 'PSI 贡献' },
  mean: { en: 'mean', zh: '均值' },
  missing: { en: 'missing', zh: '缺失' },
  skipped: { en: 'not compared', zh: '未比较' },
  chance: { en: 'PSI by chance', zh: '随机预期 PSI' },
  howToRead: {
    en: 'PSI: below 0.1 none, 0.1 to 0.2 slight, above 0.2 severe. The effect decides; with many rows every difference has a small p.',
    zh: 'PSI：低于 0.1 无漂移，0.1 至 0.2 轻微，高于 0.2 严重。以效应量为准；样本很多时任何差异的 p 值都会很小。',
  },
} as const satisfies Record<string, Record<ReportLanguage, string>>

export interface DriftHtmlOptions {
  readonly referenceName: string
  readonly currentName: string
  readonly language: ReportLanguage
}

/** One page without any other file: a table of all features, and for each its bins before and after as a picture. */
export function driftHtml(drift: TableDrift, options: DriftHtmlOptions): string {
  const { language } = options
  const word = (name: keyof typeof DRIFT_WORDS): string => DRIFT_WORDS[name][language]
  const sections = drift.features.map((column) => featureSection(column, language))
  const skipped = drift.skipped.map(({ feature, reason }) => `<li>${escaped(feature)}: ${escaped(reason)}</li>`)
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${word('title')}</title><style>${STYLE}</style></head><body>
<h1>${word('title')} ${levelBadge(drift.level, language)}</h1>
<p>${word('reference')} <b>${escaped(options.referenceName)}</b> (${drift.referenceRows} ${word('rows')}) → ${word('current')} <b>${escaped(options.currentName)}</b> (${drift.currentRows} ${word('rows')})</p>
<p class="dim">${word('howToRead')}</p>
${summaryTable(drift.features, language)}
${sections.join('\n')}
${skipped.length === 0 ? '' : `<h2>${word('skipped')}</h2><ul>${skipped.join('')}</ul>`}
</body></html>
`
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #8884}
td:first-child,th:first-child{text-align:left}.dim{opacity:.7}.badge{color:#fff;border-radius:1em;padding:.1em .7em;font-size:.8em;white-space:nowrap}
svg{width:100%;height:auto;margin:.5rem 0}svg text{font:11px system-ui,sans-serif;fill:currentColor}h2{margin-top:2.5rem}`

function summaryTable(features: readonly ColumnDrift[], language: ReportLanguage): string {
  const heads = [DRIFT_WORDS.feature[language], DRIFT_WORDS.level[language], 'PSI', 'JS', 'KS', 'W₁/σ', "Cramér's V"]
  const rows = features.map(({ feature, comparison: { level, effects } }) => {
    const numbers = [effects.psi, effects.js, effects.ks, effects.wasserstein_normed, effects.cramers_v]
    const cells = numbers.map((value) => `<td>${value === undefined ? '–' : shortNumber(value)}</td>`)
    return `<tr><td><a href="#${encodeURIComponent(feature)}">${escaped(feature)}</a></td><td>${levelBadge(level, language)}</td>${cells.join('')}</tr>`
  })
  return `<table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>${rows.join('')}</table>`
}

function featureSection({ feature, comparison, missing }: ColumnDrift, language: ReportLanguage): string {
  const word = (name: keyof typeof DRIFT_WORDS): string => DRIFT_WORDS[name][language]
  const facts = [
    word(comparison.kind),
    `n ${comparison.referenceCount} → ${comparison.currentCount}`,
    ...(comparison.referenceMean === undefined
      ? []
      : [`${word('mean')} ${shortNumber(comparison.referenceMean)} → ${shortNumber(comparison.currentMean ?? NaN)}`]),
    `${word('missing')} ${missing.reference} → ${missing.current}`,
    `${word('chance')} ${shortNumber(comparison.psiByChance)}`,
  ]
  const effects = Object.entries(comparison.effects).map(([name, value]) => `${name} ${shortNumber(value)}`)
  const tests = Object.entries(comparison.tests).map(
    ([name, { statistic, pValue }]) => `${name} ${shortNumber(statistic)} (p ${shortNumber(pValue)})`,
  )
  return `<h2 id="${encodeURIComponent(feature)}">${escaped(feature)} ${levelBadge(comparison.level, language)}</h2>
<p class="dim">${facts.join(' · ')}</p>
${binPicture(comparison.bins, language)}
${movedTable(comparison, language)}
<p class="dim">${[...effects, ...tests].map(escaped).join(' · ')}</p>`
}

function movedTable({ bins }: Comparison, language: ReportLanguage): string {
  const word = (name: keyof typeof DRIFT_WORDS): string => DRIFT_WORDS[name][language]
  const rows = movedMost(bins, 5).map(
    (bin) =>
      `<tr><td>${escaped(bin.label)}</td><td>${percent(bin.referenceShare)}</td><td>${percent(bin.currentShare)}</td><td>${shortNumber(bin.contribution)}</td></tr>`,
  )
  if (rows.length === 0) return ''
  return `<table><tr><th>${word('moved')}</th><th>${word('reference')}</th><th>${word('current')}</th><th>${word('part')}</th></tr>${rows.join('')}</table>`
}

/** The bins that add most to PSI, without those that add nothing. */
export function movedMost(bins: readonly DriftBin[], limit: number): DriftBin[] {
  return bins
    .filter(({ contribution }) => contribution > 0)
    .toSorted((a, b) => b.contribution - a.contribution)
    .slice(0, limit)
}

/** Every bin as two bars, before in grey and now in colour, with its label below. */
function binPicture(bins: readonly DriftBin[], language: ReportLanguage): string {
  const shown = bins.slice(0, MAX_BARS)
  const top = Math.max(...shown.map((bin) => Math.max(bin.referenceShare, bin.currentShare)), 1e-9)
  const slot = WIDTH / Math.max(1, shown.length)
  const bar = (share: number, x: number, color: string): string => {
    const height = ((HEIGHT - 20) * share) / top
    return `<rect x="${x.toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${(slot * 0.38).toFixed(1)}" height="${height.toFixed(1)}" fill="${color}"/>`
  }
  const groups = shown.map((bin, i) => {
    const x = i * slot + slot * 0.1
    const title = `<title>${escaped(bin.label)}: ${percent(bin.referenceShare)} → ${percent(bin.currentShare)}</title>`
    const label = `<text transform="translate(${(x + slot * 0.3).toFixed(1)},${HEIGHT + 12}) rotate(30)">${escaped(cut(bin.label))}</text>`
    return `<g>${title}${bar(bin.referenceShare, x, '#9ca3af')}${bar(bin.currentShare, x + slot * 0.4, '#2563eb')}${label}</g>`
  })
  const legend = `<text x="0" y="12">■ <tspan fill="#9ca3af">${DRIFT_WORDS.reference[language]}</tspan> ■ <tspan fill="#2563eb">${DRIFT_WORDS.current[language]}</tspan> (max ${percent(top)})</text>`
  return `<svg viewBox="0 0 ${WIDTH + 40} ${HEIGHT + 80}" role="img">${groups.join('')}${legend}</svg>`
}

function levelBadge(level: DriftLevel, language: ReportLanguage): string {
  return `<span class="badge" style="background:${COLOR[level]}">${DRIFT_WORDS[level][language]}</span>`
}

/** Three significant digits; tiny ones in powers of ten. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

function cut(text: string): string {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
