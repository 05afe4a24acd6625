export type Language = 'en' | 'zh'

/** `--lang` when given, else what `LANG` says; English when that says neither. */
export function chooseLanguage(option: string | undefined, environment: string | undefined): Language {
  return (option ?? environment ?? '').toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
