/**
 * Reads Prometheus' text format as strictly as its own parser and `promtool check metrics` do together; throws at the first
 * line that isn't of it.
 */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};

export function parsePrometheus(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ParsedFamily>();
  const lines = text.slice(0, -1).split('\n');
  let current: ParsedFamily | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const help = HELP.exec(lines[index] ?? '');
    if (help !== null) {
      index += 1;
      current = beginFamily(help, TYPE.exec(lines[index] ?? ''));
      if (families.has(current.name)) throw new Error(`${current.name} comes twice`);
      families.set(current.name, current);
    } else if (current === undefined) throw new Error(`${lines[index]} is of no family`);
    else current.samples.push(readSample(lines[index] ?? '', current));
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function beginFamily(help: RegExpExecArray, type: RegExpExecArray | null): ParsedFamily {
  const [, name = '', text = ''] = help;
  if (type === null || type[1] !== name) throw new Error(`${name} has no type`);
  return { name, type: type[2] ?? '', help: text, samples: [] };
}

function readSample(line: string, family: ParsedFamily): ParsedSample {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  const allowed = SUFFIXES[family.type]?.map((suffix) => `${family.name}${suffix}`) ?? [family.name];
  if (!allowed.includes(name)) throw new Error(`${line} is not of ${family.name}`);
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(number)) throw new Error(`${line} has no value`);
  return { name, labels: readLabels(labels), value: number };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [all = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (all === '' || name in labels) throw new Error(`{${text}} are no labels`);
    labels[name] = value;
    rest = rest.slice(all.length);
  }
  return labels;
}

/** Checks what promtool would criticise, and what a histogram promises. */
function checkFamily({ name, type, samples }: ParsedFamily): void {
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is called like no ${type}`);
  const seen = samples.map((sample) => JSON.stringify([sample.name, Object.entries(sample.labels).sort()]));
  if (new Set(seen).size !== seen.length) throw new Error(`${name} has a series twice`);
  if (type !== 'gauge' && samples.some(({ value }) => value < 0)) throw new Error(`${name} is negative`);
  if (type !== 'histogram') return;
  const series = Map.groupBy(samples, ({ labels: { le, ...others } }) => JSON.stringify(others));
  for (const [labels, ofSeries] of series) {
    const buckets = ofSeries.filter((sample) => sample.name.endsWith('_bucket'));
    const bounds = buckets.map(({ labels: { le = '' } }) =>
      le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    );
    const counts = buckets.map(({ value }) => value);
    const count = ofSeries.find((sample) => sample.name.endsWith('_count'))?.value;
    const grows = (numbers: readonly number[]) =>
      numbers.every((one, at) => at === 0 || one >= (numbers[at - 1] ?? 0));
    if (!grows(bounds) || !grows(counts)) throw new Error(`the buckets of ${name}${labels} shrink`);
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== count)
      throw new Error(`${name}${labels} does not count all`);
  }
}
