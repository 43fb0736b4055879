import { useNarrow } from '../frame/use-narrow.ts';
import { day, grouped } from './format.ts';

export interface Step {
  readonly date: string;
  /** All that has vested by then. */
  readonly cumulative: string;
}

interface Props {
  readonly steps: readonly Step[];
  /** The most that can vest. */
  readonly whole: string;
  readonly unit: string;
  readonly today: string;
}

/** Text of a drawing shrinks with it, so a telephone has a smaller one. */
const WIDE = { width: 760, height: 220 };
const NARROW = { width: 360, height: 200 };
const EDGE = { left: 12, right: 12, top: 24, bottom: 28 };
const DAY_MS = 86_400_000;

/** Draws as stairs what has vested by each day. A drawing needs no exact numbers; the table below it has them. */
export function VestingChart({ steps, whole, unit, today }: Props) {
  const { width, height } = useNarrow() ? NARROW : WIDE;
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return null;
  const days = [...steps.map(({ date }) => date), today]
    .map((on) => Date.parse(on) / DAY_MS)
    .sort((a, b) => a - b);
  const [from = 0, to = 0] = [days[0], days.at(-1)];
  const most = Math.max(Number(whole), Number(last.cumulative), Number.MIN_VALUE);
  const x = (on: string) =>
    EDGE.left +
    ((Date.parse(on) / DAY_MS - from) / Math.max(1, to - from)) * (width - EDGE.left - EDGE.right);
  const y = (amount: string) =>
    height - EDGE.bottom - (Number(amount) / most) * (height - EDGE.top - EDGE.bottom);
  const ground = y('0');
  const stairs = steps.map(({ date, cumulative }) => `H${x(date)} V${y(cumulative)}`).join(' ');
  const line = `M${EDGE.left} ${ground} ${stairs} H${width - EDGE.right}`;
  const label = `${grouped(last.cumulative)} ${unit} vest between ${day(first.date)} and ${day(last.date)}, in ${steps.length} steps.`;
  return (
    <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path className="chart-area" d={`${line} V${ground} H${EDGE.left} Z`} />
      <path className="chart-line" d={line} />
      <line className="chart-axis" x1={EDGE.left} x2={width - EDGE.right} y1={ground} y2={ground} />
      <line className="chart-today" x1={x(today)} x2={x(today)} y1={EDGE.top - 8} y2={ground} />
      <text className="chart-text" x={x(today)} y={EDGE.top - 12} textAnchor={anchorAt(x(today) / width)}>
        {day(today)}
      </text>
      <text
        className="chart-text"
        x={Math.min(x(first.date), width / 2)}
        y={height - 8}
        textAnchor={anchorAt(Math.min(x(first.date), width / 2) / width)}
      >
        {day(first.date)}
      </text>
      {last.date !== first.date && (
        <text className="chart-text" x={width - EDGE.right} y={height - 8} textAnchor="end">
          {day(last.date)}
        </text>
      )}
    </svg>
  );
}

/** A text beside an edge stays within the drawing. */
function anchorAt(share: number): 'start' | 'middle' | 'end' {
  if (share < 0.15) return 'start';
  return share > 0.85 ? 'end' : 'middle';
}
