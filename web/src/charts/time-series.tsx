import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import uPlot from 'uplot'
import { useRange } from '../components/time-range.tsx'
import { stackedData, type ChartData } from './chart-data.ts'
import { colorOf } from './colors.ts'
import { formatNumber } from './format.ts'
import { HoverNote, type Hovered } from './hover-note.tsx'

const STACKED = uPlot.paths.bars?.({ size: [1, 100], align: 1 })
/** Narrower marks are clicks. */
const MIN_MARK_PX = 5

const DAY = '\n{YYYY}-{MM}-{DD}'
/** How times are written along the axis, as everywhere on the pages: by their distance, then what is added at a new year, day and minute. */
const TIMES: uPlot.Axis.Values = [
  [86_400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', DAY, null, DAY, null, null, null, 1],
  [1, ':{ss}', `${DAY} {HH}:{mm}`, null, `${DAY} {HH}:{mm}`, null, '\n{HH}:{mm}', null, 1],
]

export interface TimeSeriesProps {
  readonly data: ChartData
  readonly unit: string
  readonly height: number
  readonly thresholds?: { readonly warning: number; readonly critical: number } | null
  /** Tiles are drawn without axes. */
  readonly bare?: boolean
  /** Areas on top of each other instead of lines, the first one on top; for values that add up. */
  readonly stacked?: boolean
}

/**
 * Lines over time. Thresholds are drawn as dashed lines where they lie within the picture. The pointer stands at one moment in all charts
 * of a page, and a stretch that is marked in one is what all pages look at.
 */
export function TimeSeries(props: TimeSeriesProps): ReactNode {
  const { data: given, unit, height, thresholds = null, bare = false, stacked = false } = props
  const { ref, width } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const isOver = useRef(false)
  const [hovered, setHovered] = useState<Hovered>()
  const { zoom } = useRange()
  const onZoom = useRef(zoom)
  onZoom.current = zoom
  const scheme = useComputedColorScheme('light')
  const data = useMemo(() => (stacked ? stackedData(given) : given), [given, stacked])
  const shape = JSON.stringify([data.lines.map(({ name }) => name), unit, height, bare, stacked, scheme, thresholds])

  useEffect(() => {
    if (holder.current === null || width === 0) return undefined
    plot.current = new uPlot(
      {
        ...optionsOf({ data, unit, height, bare, stacked, width, dark: scheme === 'dark' }),
        hooks: {
          draw: [(drawn) => drawThresholds(drawn, thresholds)],
          setCursor: [(moved) => isOver.current && setHovered(hoveredIn(moved))],
          setSelect: [(marked) => zoomTo(marked, onZoom.current)],
        },
      },
      columns(data),
      holder.current,
    )
    return () => plot.current?.destroy()
    // The plot is built anew when its shape changes; new values alone are handed to it below.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, width])

  useEffect(() => plot.current?.setData(columns(data)), [data])

  return (
    <div
      ref={ref}
      role="img"
      aria-label={inWords(given, unit)}
      style={{ width: '100%', minHeight: height, position: 'relative' }}
      onMouseEnter={() => (isOver.current = true)}
      onMouseLeave={() => {
        isOver.current = false
        setHovered(undefined)
      }}
    >
      <div ref={holder} />
      {hovered !== undefined && <HoverNote data={given} unit={unit} hovered={hovered} isBelow={bare} />}
    </div>
  )
}

/** For who cannot see the picture: the newest value of each line. */
function inWords({ lines }: ChartData, unit: string): string {
  return lines.map(({ name, values }) => `${name} ${formatNumber(values.at(-1), unit)}`.trim()).join(', ')
}

function hoveredIn({ cursor, width }: uPlot): Hovered | undefined {
  const { idx, left = -1 } = cursor
  return typeof idx !== 'number' || left < 0 ? undefined : { index: idx, share: left / width }
}

function zoomTo(plot: uPlot, zoom: (fromMs: number, toMs: number) => void): void {
  const { left, width } = plot.select
  if (width < MIN_MARK_PX) return
  const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  zoom(from * 1000, to * 1000)
}

interface PlotOptions extends Required<Omit<TimeSeriesProps, 'thresholds'>> {
  readonly width: number
  readonly dark: boolean
}

function columns(data: ChartData): uPlot.AlignedData {
  return [data.seconds, ...data.lines.map(({ values }) => values)] as unknown as uPlot.AlignedData
}

function optionsOf({ data, unit, height, bare, stacked, width, dark }: PlotOptions): uPlot.Options {
  const line = dark ? '#373a40' : '#e9ecef'
  const text = dark ? '#909296' : '#868e96'
  const axis = {
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: '11px system-ui',
  }
  return {
    width,
    height,
    legend: { show: !bare && data.lines.length > (stacked ? 0 : 1) && data.lines.length <= 12, live: false },
    cursor: {
      y: false,
      points: { size: 5 },
      drag: { x: true, y: false, setScale: false },
      sync: {
        key: 'pages',
        scales: ['x', null],
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
    },
    padding: bare ? [4, 0, 2, 0] : [8, 8, 0, 0],
    scales: { y: { range: (_plot, min, max) => yRange(min, max) } },
    axes: bare
      ? [{ show: false }, { show: false }]
      : [
          { ...axis, values: TIMES },
          { ...axis, size: 62, values: (_plot, splits) => splits.map((split) => formatNumber(split, unit)) },
        ],
    series: [
      {},
      ...data.lines.map(({ name }, i) => ({
        label: name,
        stroke: colorOf(i),
        width: 1.5,
        points: { show: false },
        ...(bare && { fill: `${colorOf(i)}22` }),
        ...(stacked && STACKED && { fill: colorOf(i), width: 0, paths: STACKED }),
        value: (_plot: uPlot, value: number | null) => formatNumber(value, unit),
      })),
    ],
  }
}

/** From zero, or from the lowest value when that is below; with room above, and never of no height. */
function yRange(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, min ?? 0)
  const high = max ?? 1
  return [low, high === low ? low + 1 : high + (high - low) * 0.08]
}

function drawThresholds(plot: uPlot, thresholds: NonNullable<TimeSeriesProps['thresholds']> | null): void {
  if (thresholds === null) return
  for (const [value, color] of [
    [thresholds.warning, '#f08c00'],
    [thresholds.critical, '#e03131'],
  ] as const) {
    const y = plot.valToPos(value, 'y', true)
    if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) continue
    plot.ctx.save()
    plot.ctx.strokeStyle = color
    plot.ctx.globalAlpha = 0.6
    plot.ctx.setLineDash([4, 4])
    plot.ctx.beginPath()
    plot.ctx.moveTo(plot.bbox.left, y)
    plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y)
    plot.ctx.stroke()
    plot.ctx.restore()
  }
}
