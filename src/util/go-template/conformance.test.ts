import { parse } from '@evertdespiegeleer/go-template'
import { describe, expect, test } from 'vitest'
import { TemplateError } from './errors.ts'
import { TemplateSet } from './template.ts'

/**
 * Each case is rendered by us and by Go itself (text/template compiled to WebAssembly); output or error must be equal.
 * JSON numbers are float64 on both sides.
 */
const DATA = {
  name: 'Zoë',
  empty: '',
  yes: true,
  no: false,
  one: 1,
  pi: 3.14159,
  big: 1234567,
  tiny: 0.00001234,
  list: ['a', 'b', 'c'],
  numbers: [3, 1, 2.5],
  nested: { a: { b: { c: 'deep' } }, z: 1, m: 2 },
  rows: [
    { host: 'h1', up: true },
    { host: 'h2', up: false },
  ],
  none: [],
  html: '<a href="x?y&z">\'q\'</a>',
  maps: { b: 2, a: 1 },
}

const RENDERED = [
  'plain text',
  '',
  '{{.name}}',
  '{{ .name }} is {{.pi}}',
  '{{.big}} {{.tiny}} {{.one}} {{.yes}}',
  '{{.list}} {{.maps}} {{.rows}}',
  'a  {{- .name -}}  b',
  'a \n{{- /* comment */ -}}\n b',
  '{{/* comment */}}x',
  '{{"quoted \\"x\\" \\u00e9 \\n"}}',
  '{{`raw\n"x"`}}',
  "{{'a'}} {{'\\n'}} {{'é'}}",
  '{{1}} {{-1}} {{1.0}} {{1e3}} {{0x1F}} {{1_000}} {{0b101}} {{0o17}} {{017}} {{.5}}',
  '{{true}} {{false}}',
  '{{if .yes}}y{{else}}n{{end}}',
  '{{if .no}}y{{else}}n{{end}}',
  '{{if .empty}}y{{else if .yes}}elif{{else}}n{{end}}',
  '{{if .none}}y{{else}}empty{{end}}',
  '{{if and .yes .name}}both{{end}}',
  '{{and .yes .empty}}|{{or .empty .name}}|{{not .yes}}',
  '{{or .empty 0 nil .pi}}',
  '{{with .nested.a.b}}{{.c}}{{end}}',
  '{{with .empty}}x{{else}}nothing{{end}}',
  '{{with .empty}}x{{else with .name}}{{.}}{{end}}',
  '{{with $x := .name}}{{$x}}{{end}}',
  '{{range .list}}<{{.}}>{{end}}',
  '{{range $i, $e := .list}}{{$i}}={{$e}};{{end}}',
  '{{range $e := .list}}{{$e}}{{end}}',
  '{{range $k, $v := .maps}}{{$k}}={{$v}},{{end}}',
  '{{range .none}}x{{else}}none{{end}}',
  '{{range .list}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}',
  '{{range .list}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}',
  '{{range 3}}{{.}}{{end}}',
  '{{range .rows}}{{.host}}:{{.up}} {{$.name}};{{end}}',
  '{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}',
  '{{$x := "a"}}{{range .list}}{{$x = .}}{{end}}{{$x}}',
  '{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}',
  '{{define "t"}}[{{.}}]{{end}}{{template "t" .name}}{{template "t" "x"}}',
  '{{block "b" .name}}<{{.}}>{{end}}',
  '{{define "rec"}}{{if .}}{{.}}{{template "rec" (slice . 1)}}{{end}}{{end}}{{template "rec" "abc"}}',
  '{{template "t"}}{{define "t"}}{{.}}{{end}}',
  '{{.nested.a.b.c}} {{$.nested.z}}',
  '{{(index .rows 1).host}}',
  '{{index .list 1}} {{index .nested "a" "b" "c"}} {{index .name 0}}',
  '{{slice .list 1 2}} {{slice .name 1}} {{slice .list 1}}',
  '{{len .list}} {{len .name}} {{len .maps}} {{.list | len}}',
  '{{printf "%s-%v-%q" .name .pi "x"}}',
  '{{printf "%.2f|%8.3f|%-8.1f|%08.2f|%+.1f" .pi .pi .pi .pi .pi}}',
  '{{printf "%d|%5d|%-5d|%05d|%x|%X|%o|%b|%c|%U" 42 42 42 42 255 255 8 5 65 66}}',
  '{{printf "%d" .one}} {{printf "%s" 1}} {{printf "%z" 1}}',
  '{{printf "%t|%v|%T|%T|%T" .yes nil 1 1.5 "x"}}',
  '{{printf "%e|%g|%G|%.3g|%.4g|%.4g" .pi .big .tiny .big 1234.5 99999.9}}',
  '{{printf "%5s|%-5s|%.2s|%x|% x" "ab" "ab" "abcdef" "hi" "hi"}}',
  '{{printf "%%|%d|%s"}}',
  '{{printf "a" 1 "b"}}',
  '{{printf "%*d|%-*d|" 5 42 5 42}}',
  '{{printf "%v %v" .list .maps}}',
  '{{"x" | printf "%s-%s" "y"}}',
  '{{print 1 2 "a" "b" 3}} {{println "x" 1}}',
  '{{html .html}} {{.html | js}} {{urlquery "a b&c=d/é"}}',
  '{{eq 1 1}} {{eq "a" "b" "a"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1.5 1.0}} {{ge "b" "a"}}',
  '{{eq .one 1.0}} {{gt .pi 3.0}}',
  '{{if not (eq .name "x")}}ok{{end}}',
  '{{with $n := len .list}}{{$n}}{{end}}',
  '{{ .list | len | printf "%03d" }}',
  '{{- range $i, $r := .rows }}\n  {{ $i }}. {{ $r.host -}}\n{{ end }}\n',
  '{{"a" -}}   b   {{- "c"}}',
  '{{3}} {{- 4}}',
  '{{.name |}}',
  '{{printf "%.0f|%.1f|%.2f|%.3g|%.1e" 2.5 0.25 1.005 12.25 1.25}}',
  '{{range $i := .numbers}}{{$i}} {{end}}',
  '{{ if gt (len .list) 2 }}many{{ end }}',
  '{{print (eq 1 1) (len "x")}}',
  '{{ (print "a" "b") | len }}',
  '{{if or (eq .name "q") (and .yes (gt .pi 1.0))}}in{{end}}',
]

const FAILING = [
  '{{',
  '{{.name',
  '{{if .yes}}',
  '{{end}}',
  '{{else}}',
  '{{if}}{{end}}',
  '{{range}}{{end}}',
  '{{foo}}',
  '{{.name | foo}}',
  '{{$x}}',
  '{{$x := }}',
  '{{"abc}}',
  '{{`abc}}',
  '{{(1}}',
  '{{1)}}',
  '{{.name#}}',
  '{{#}}',
  '{{/* x }}',
  '{{/* x */ 1}}',
  '{{1 | 2}}',
  '{{| .name}}',
  '{{break}}',
  '{{template}}',
  '{{template foo}}',
  '{{define "x"}}',
  '{{define x}}{{end}}',
  '{{"a".b}}',
  '{{1.a}}',
  '{{if .yes}}{{else}}{{else}}{{end}}',
  '{{$a, $b := .list}}',
  '{{range $a, .list}}{{end}}',
  '{{range $a, $b, $c := .list}}{{end}}',
  'line1\nline2 {{ bar }}',
  '{{template "missing"}}',
  '{{.name.x}}',
  'a\n  {{.name.x}}',
  '{{.nested.a.b.c.d}}',
  '{{nil}}',
  '{{1 .name}}',
  '{{.name 1}}',
  '{{len}}',
  '{{len 1}}',
  '{{len 1 2}}',
  '{{index .list 9}}',
  '{{index .list "a"}}',
  '{{index .name.x}}',
  '{{index 1 2}}',
  '{{slice .list 5}}',
  '{{slice .list 2 1}}',
  '{{eq 1 "a"}}',
  '{{eq .one 1}}',
  '{{lt .list 1}}',
  '{{lt true false}}',
  '{{eq 1}}',
  '{{eq}}',
  '{{range .one}}{{end}}',
  '{{range .name.first}}{{end}}',
  '{{printf 1}}',
  '{{printf .one}}',
  '{{not}}',
  '{{(len .list).x}}',
  '{{if lt .one 1}}{{end}}',
  '{{with index .list 7}}{{.}}{{end}}',
  '{{define "t"}}{{.x.y}}{{end}}{{template "t" .rows}}',
]

const set = TemplateSet.create()

describe('renders what Go renders', () => {
  test.each(RENDERED)('%s', async (text) => {
    expect(set.render('tpl', text, DATA)).toBe(await parse(text, DATA))
  })
})

describe('fails where Go fails, in its words', () => {
  test.each(FAILING)('%s', async (text) => {
    const expected = await goError(text)
    expect(expected).toBeDefined()
    expect(ourError(text)).toContain(expected)
  })
})

/** The oracle cuts `template: tpl:1:2: executing "tpl" at <x>: ` off execution errors and keeps it on parse errors. */
async function goError(text: string): Promise<string | undefined> {
  try {
    await parse(text, DATA)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Template parse error: /, '') : String(error)
  }
}

function ourError(text: string): string {
  try {
    return `no error but: ${set.render('tpl', text, DATA)}`
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}
