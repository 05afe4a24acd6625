import { z } from 'zod'

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const
const SIZE = /^(\d+(?:\.\d+)?)([KMGTPE]?)(i?)(B?)$/

/** A size in bytes in Prometheus's spelling: `512MB`, base 1024 whether `MB` or `MiB`; 0 means no limit. The output is bytes. */
export const sizeText = z.union([z.string(), z.number()]).transform((found, context): number => {
  const match = SIZE.exec(String(found))
  const [, digits = '', unit = '', , suffix = ''] = match ?? []
  const isUnitless = unit === '' && suffix === ''
  if (match === null || (isUnitless && Number(digits) !== 0) || (unit !== '' && suffix === '')) {
    context.addIssue({
      code: 'custom',
      message: `not a valid size: ${JSON.stringify(found)} (expected for example 512KB, 10MB, or 0 for no limit)`,
    })
    return z.NEVER
  }
  return (
    Number(digits) *
    1024 **
      Math.max(
        0,
        SIZE_UNITS.findIndex((name) => name === `${unit}B`),
      )
  )
})
