import { embeddingIn } from '../model/embedding.ts'
import type { Request } from '../model/request.ts'
import type { DriftConfig } from './config.ts'
import { embeddingValues } from './embedding-drift.ts'
import { attributeOf, featureOf } from './feature.ts'

/** Every feature that the configuration watches, with its value in this request; those about which the request says nothing are left out. */
export function watchedValues(
  config: Pick<DriftConfig, 'features' | 'attributes'>,
  request: Request,
): ReadonlyArray<readonly [feature: string, value: number | string]> {
  const values: Array<readonly [string, number | string]> = []
  for (const feature of config.features) {
    if (feature === 'embedding') {
      const embedding = embeddingIn(request.span.attributes)
      if (embedding !== undefined) values.push(...embeddingValues(embedding))
      continue
    }
    const value = featureOf(feature, request)
    if (value !== undefined && value !== '') values.push([feature, value])
  }
  for (const name of config.attributes) {
    const value = attributeOf(name, request)
    if (value !== undefined && value !== '') values.push([name, value])
  }
  return values
}

/** The names of all that the configuration watches. */
export function watchedFeatures({
  features,
  attributes,
  evaluators,
}: Pick<DriftConfig, 'features' | 'attributes' | 'evaluators'>): string[] {
  return [...features, ...attributes, ...evaluators]
}
