import type { LocalizedText } from '../catalogue/entry.ts'
import type { Dashboard, Panel } from './dashboard.ts'

type Lines = ReadonlyArray<readonly [expr: string, legend: string]>

function panel(
  id: string,
  title: LocalizedText,
  unit: string,
  lines: Lines,
  judged?: Pick<Panel, 'thresholds' | 'worse'>,
): Panel {
  const queries = lines.map(([expr, legend]) => ({ expr, legend }))
  return {
    id,
    title,
    description: { en: '', zh: '' },
    kind: 'time-series',
    unit,
    queries,
    thresholds: null,
    worse: null,
    ...judged,
  }
}

function latencyLines(metric: string): Lines {
  return [0.5, 0.95, 0.99].map((q) => [
    `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket[$window])))`,
    `p${q * 100}`,
  ])
}

/** The tutorial's dashboard "LLM Service Monitor": overview, latency, throughput and GPU, model quality with thresholds. */
export const llmServiceMonitor: Dashboard = {
  id: 'llm-service-monitor',
  title: { en: 'LLM Service Monitor', zh: 'LLM 服务监控' },
  rows: [
    {
      title: { en: 'Overview', zh: '概览' },
      panels: [
        panel('qps', { en: 'Requests per second', zh: '每秒请求数' }, 'req/s', [
          ['sum by (model) (rate(llm_requests_total[$window]))', '{{model}}'],
        ]),
        panel(
          'error-rate',
          { en: 'Error rate', zh: '错误率' },
          '%',
          [
            [
              '100 * (sum by (model) (rate(llm_requests_total{status="error"}[$window])) or 0 * sum by (model) (rate(llm_requests_total[$window]))) / sum by (model) (rate(llm_requests_total[$window]))',
              '{{model}}',
            ],
          ],
          { thresholds: { warning: 5, critical: 50 }, worse: 'higher' },
        ),
        panel('active', { en: 'Active requests', zh: '活跃请求' }, '', [['sum(llm_active_requests)', 'active']]),
      ],
    },
    {
      title: { en: 'Latency', zh: '延迟' },
      panels: [
        panel('latency', { en: 'Request latency', zh: '请求延迟' }, 'ms', latencyLines('llm_request_latency_ms'), {
          thresholds: { warning: 2000, critical: 5000 },
          worse: 'higher',
        }),
        panel('ttft', { en: 'Time to first token', zh: '首 token 延迟' }, 'ms', latencyLines('llm_ttft_ms'), {
          thresholds: { warning: 500, critical: 1000 },
          worse: 'higher',
        }),
      ],
    },
    {
      title: { en: 'Throughput and GPU', zh: '吞吐量与 GPU' },
      panels: [
        panel('tokens', { en: 'Tokens per second', zh: '每秒 token 数' }, 'tokens/s', [
          ['sum by (model) (rate(llm_tokens_generated_total[$window]))', '{{model}}'],
        ]),
        panel(
          'gpu-utilization',
          { en: 'GPU utilization', zh: 'GPU 利用率' },
          '%',
          [['DCGM_FI_DEV_GPU_UTIL or llm_gpu_utilization_percent', 'GPU {{gpu}}']],
          {
            thresholds: { warning: 85, critical: 95 },
            worse: 'higher',
          },
        ),
        panel('gpu-memory', { en: 'GPU memory', zh: 'GPU 显存' }, 'GB', [
          ['DCGM_FI_DEV_FB_USED / 1024 or llm_gpu_memory_used_gb', 'GPU {{gpu}}'],
        ]),
      ],
    },
    {
      title: { en: 'Model quality', zh: '模型质量' },
      panels: [
        panel('accuracy', { en: 'Accuracy', zh: '准确率' }, '%', [['llm_model_accuracy_percent', '{{model}}']], {
          thresholds: { warning: 85, critical: 80 },
          worse: 'lower',
        }),
        panel(
          'drift',
          { en: 'Data drift (PSI)', zh: '数据漂移 (PSI)' },
          'PSI',
          [['llm_data_drift_psi', '{{model}} {{feature}}']],
          {
            thresholds: { warning: 0.1, critical: 0.2 },
            worse: 'higher',
          },
        ),
        panel('verdicts', { en: 'Flagged answers', zh: '被标记的回答' }, '%', [
          [
            '100 * sum by (evaluator) (rate(llm_evaluation_verdicts_total{verdict="flagged"}[$window])) / sum by (evaluator) (rate(llm_evaluation_verdicts_total[$window]))',
            '{{evaluator}}',
          ],
        ]),
      ],
    },
  ],
}
