import { BASE_PATH } from './base.ts'

const HERE = window.location.origin + BASE_PATH

/** What fills an empty page when it is pasted into a terminal. */
export const ONE_REQUEST = `curl ${HERE}/api/tetrascope/v1/requests -H 'content-type: application/json' -d '
  {"model": "gpt-4o", "prompt": "What is a span?", "response": "One operation in a trace.",
   "input_tokens": 12, "output_tokens": 8, "latency_ms": 640, "user_id": "ann"}'`

export const ONE_LOG_LINE = `curl ${HERE}/api/tetrascope/v1/logs -H 'content-type: application/json' -d '
  {"level": "info", "service": "my-app", "message": "all is calm"}'`

/** Into tetrascope.yaml. */
export const SCRAPE_CONFIG = `scrape_configs:
  - job_name: vllm
    static_configs:
      - targets: ['127.0.0.1:8000']`
