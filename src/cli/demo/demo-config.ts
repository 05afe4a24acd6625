import { stringify } from 'yaml'

export interface StageUrls {
  readonly modelUrl: string
  readonly gpuUrl: string
  readonly pagerUrl: string
}

/** tetrascope.yaml and alertmanager.yml of the demo. */
export function demoConfig({ modelUrl, gpuUrl, pagerUrl }: StageUrls): {
  readonly config: string
  readonly alertmanager: string
} {
  const config = {
    global: { scrape_interval: '5s', evaluation_interval: '5s', external_labels: { cluster: 'demo' } },
    scrape_configs: [
      { job_name: 'vllm', static_configs: [{ targets: [new URL(modelUrl).host] }] },
      { job_name: 'dcgm', static_configs: [{ targets: [new URL(gpuUrl).host] }] },
    ],
    rule_files: ['demo-rules.yml'],
    alertmanager: 'alertmanager.yml',
    host: { interval: '5s' },
    drift: { reference: '2m', current: '1m', interval: '5s', min_requests: 30 },
    budgets: [
      { name: 'everything', limit_usd: 20 },
      { name: 'search', feature: 'search', limit_usd: 1, period: 'day' },
    ],
    gateway: { upstreams: [{ name: 'demo', url: modelUrl }] },
  }
  const alertmanager = {
    route: {
      receiver: 'pager',
      group_by: ['alertname'],
      group_wait: '2s',
      group_interval: '5s',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'pager', webhook_configs: [{ url: pagerUrl, send_resolved: true }] }],
  }
  return { config: stringify(config), alertmanager: stringify(alertmanager) }
}

/** What the shipped rules say after minutes, said after seconds: a demo has no minutes. */
export const demoRules = `groups:
  - name: demo
    interval: 5s
    rules:
      - alert: DemoGpuOverheats
        expr: max by (gpu) (DCGM_FI_DEV_GPU_TEMP) > 85
        for: 10s
        labels: { severity: P2, layer: infrastructure }
        annotations:
          summary: GPU {{ $labels.gpu }} is at {{ $value | humanize }} °C and throttles
          summary_zh: GPU {{ $labels.gpu }} 温度 {{ $value | humanize }} °C，正在降频
      - alert: DemoSlowFirstToken
        expr: histogram_quantile(0.95, sum by (le) (rate(llm_ttft_ms_bucket[1m]))) > 500
        for: 10s
        labels: { severity: P2, layer: application }
        annotations:
          summary: P95 time to first token is {{ $value | humanize }} ms
          summary_zh: 首 token 延迟 P95 为 {{ $value | humanize }} 毫秒
      - alert: DemoErrors
        expr: sum(rate(llm_requests_total{status="error"}[1m])) / sum(rate(llm_requests_total[1m])) > 0.05
        for: 10s
        labels: { severity: P2, layer: application }
        annotations:
          summary: '{{ $value | humanizePercentage }} of the model calls fail'
          summary_zh: 模型调用失败率 {{ $value | humanizePercentage }}
      - alert: DemoWorseAnswers
        expr: sum(rate(llm_evaluation_verdicts_total{evaluator=~"refusal|repetition|pii-leak",verdict="flagged"}[1m])) / sum(rate(llm_evaluation_verdicts_total{evaluator="refusal"}[1m])) > 0.1
        for: 10s
        labels: { severity: P3, layer: model_quality }
        annotations:
          summary: '{{ $value | humanizePercentage }} of the answers refuse, loop or leak'
          summary_zh: 拒答、循环或泄露的回答占 {{ $value | humanizePercentage }}
      - alert: DemoDrift
        expr: max by (feature) (llm_data_drift_psi{feature=~"input_tokens|output_tokens|language"}) > 0.2
        for: 10s
        labels: { severity: P3, layer: model_quality }
        annotations:
          summary: '{{ $labels.feature }} has drifted, PSI {{ printf "%.2f" $value }}'
          summary_zh: '{{ $labels.feature }} 发生漂移，PSI {{ printf "%.2f" $value }}'
      - alert: DemoUnhappyUsers
        expr: sum(increase(llm_feedback_score_sum[2m])) / sum(increase(llm_feedback_score_count[2m])) < 0.7
        for: 10s
        labels: { severity: P3, layer: business }
        annotations:
          summary: Satisfaction is {{ $value | humanizePercentage }}
          summary_zh: 用户满意度 {{ $value | humanizePercentage }}
`
