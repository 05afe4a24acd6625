import { z } from 'zod'
import { durationText } from '../../model/duration-text.ts'

/** `evaluation.truth`: answers whose truth arrives later. */
export const truthConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Truths that count, by their time. */
    window: durationText.prefault('24h'),
    interval: durationText.prefault('30s'),
    /** What fairness is compared over and accuracy is split by: `group` of the truth, or attributes of truths or requests. */
    attributes: z.array(z.string().min(1)).max(20).default(['group']),
    /** Labels that mean yes, where there are two: the class that precision, recall and fairness are about. */
    positive_labels: z.array(z.string()).default(['true', '1', 'yes', 'positive', 'approved', '是', '真', '正']),
    /** Groups with fewer truths are not compared. */
    min_group_size: z.int().min(1).default(20),
  })
  .prefault({})

export type TruthConfig = z.output<typeof truthConfig>
