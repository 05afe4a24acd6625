import type { Catalogue } from '../catalogue/catalogue.ts'
import { LAYERS, type CatalogueEntry, type Layer, type LocalizedText } from '../catalogue/entry.ts'
import type { Dashboard, Panel, PanelQuery } from './dashboard.ts'

export const LAYER_TITLES: Readonly<Record<Layer, LocalizedText>> = {
  infrastructure: { en: 'Infrastructure', zh: '基础设施层' },
  application: { en: 'Application', zh: '应用层' },
  model_quality: { en: 'Model quality', zh: '模型质量层' },
  business: { en: 'Business', zh: '业务层' },
}

/** One row a layer, one panel a headline entry of the catalogue. */
export function overviewDashboard(catalogue: Catalogue): Dashboard {
  const rows = LAYERS.map((layer) => ({
    title: LAYER_TITLES[layer],
    panels: catalogue
      .ofLayer(layer)
      .filter(({ headline }) => headline)
      .map(panelOf),
  }))
  return { id: 'overview', title: { en: 'Overview', zh: '总览' }, rows }
}

function panelOf(entry: CatalogueEntry): Panel {
  return {
    id: entry.name,
    title: entry.title,
    description: entry.description,
    kind: 'time-series',
    unit: entry.unit,
    queries: queriesOf(entry),
    thresholds: entry.thresholds,
    worse: entry.worse,
  }
}

/** `or` over all sources: where the first is silent the next one speaks, as for the reading of the entry. */
function queriesOf(entry: CatalogueEntry): PanelQuery[] {
  const value: PanelQuery = {
    expr: entry.sources.map((source) => `(${source.value})`).join(' or '),
    legend: entry.type === 'histogram' ? 'mean' : '',
  }
  if (entry.type !== 'histogram') return [value]
  const quantiles = entry.sources
    .flatMap((source) => (source.quantile === null ? [] : [`(${source.quantile})`]))
    .join(' or ')
  const atQuantile = (quantile: number): PanelQuery => ({
    expr: quantiles.replaceAll('$quantile', String(quantile)),
    legend: `p${quantile * 100}`,
  })
  return [atQuantile(0.5), atQuantile(0.95), atQuantile(0.99)]
}
