import { answerFields, textField } from './answer-fields.ts'
import { type HttpAnswer, judge } from './http-sender.ts'
import type { SendResult } from './receiver.ts'

/** Too often for a number or an account, and failures on Aliyun's side; the rest is ours. */
const RETRY_CODES = /^(?:Throttling|ServiceUnavailable|InternalError|isp\.|isv\.BUSINESS_LIMIT_CONTROL)/

/** Aliyun answers 200 also when a message is refused, and the code says more than the status. */
export function judgeAliyun(answer: HttpAnswer): SendResult {
  const fields = answerFields(answer.body)
  const { Code } = fields
  if (typeof Code !== 'string') return judge(answer, [429])
  if (Code === 'OK') return 'sent'
  const retry = RETRY_CODES.test(Code) || answer.status >= 500
  return { retry, reason: `Aliyun refused with ${Code}: ${textField(fields, ['Message'], '')}` }
}
