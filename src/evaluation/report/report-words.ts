export type ReportLanguage = 'en' | 'zh'

/** Every text of the report in both languages. */
export const WORDS = {
  title: { en: 'Quality report', zh: '质量报告' },
  allModels: { en: 'all models', zh: '全部模型' },
  requests: { en: 'Requests', zh: '请求' },
  evaluated: { en: 'Evaluated', zh: '已评估' },
  errors: { en: 'Errors', zh: '错误' },
  composite: { en: 'Composite score (0-100)', zh: '综合得分（0-100）' },
  before: { en: 'window before', zh: '上一时段' },
  evaluator: { en: 'Evaluator', zh: '评估项' },
  flagged: { en: 'flagged', zh: '标记' },
  samples: { en: 'samples', zh: '样本数' },
  rate: { en: 'rate', zh: '比率' },
  interval: { en: '95% interval', zh: '95% 置信区间' },
  change: { en: 'change', zh: '变化' },
  meanScore: { en: 'mean score', zh: '平均分' },
  better: { en: 'better', zh: '改善' },
  worse: { en: 'worse', zh: '变差' },
  same: { en: 'no clear change', zh: '无明显变化' },
  unknown: { en: 'nothing to compare', zh: '无可比较' },
  model: { en: 'Model', zh: '模型' },
  models: { en: 'Models', zh: '模型' },
  worst: { en: 'Worst examples', zh: '最差示例' },
  prompt: { en: 'prompt', zh: '提示' },
  response: { en: 'response', zh: '回答' },
  truth: { en: 'Against ground truth', zh: '与真值对比' },
  accuracy: { en: 'accuracy', zh: '准确率' },
  fairness: { en: 'fairness gap', zh: '公平性差距' },
  calibration: { en: 'calibration error', zh: '校准误差' },
  nothing: { en: 'No answer was evaluated in this window.', zh: '该时段内没有已评估的回答。' },
} as const satisfies Record<string, Record<ReportLanguage, string>>

const EVALUATOR_NAMES: Readonly<Record<string, string>> = {
  refusal: '拒答',
  uncertainty: '不确定',
  repetition: '重复',
  format: '格式',
  'instruction-following': '指令遵循',
  relevance: '相关性',
  'context-utilisation': '上下文利用',
  'language-match': '语言一致',
  length: '长度',
  sentiment: '用户情绪',
  groundedness: '依据充分',
  hallucination: '幻觉',
  pii: '个人信息',
  'pii-leak': '个人信息泄露',
  secrets: '密钥泄露',
  'prompt-injection': '提示注入',
  jailbreak: '越狱',
  'prompt-leak': '提示词泄露',
  'harmful-content': '有害内容',
  toxicity: '毒性',
}

/** An evaluator as a reader of the language knows it, with its own name. */
export function evaluatorName(name: string, language: ReportLanguage): string {
  const translated = language === 'zh' ? EVALUATOR_NAMES[name] : undefined
  return translated === undefined ? name : `${translated} (${name})`
}
