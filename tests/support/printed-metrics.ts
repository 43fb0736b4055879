import type { MetricStore } from 'template-runner/endpoint';

/**
 * Gives the metrics that functions of this process print to a store, as the platform does with the lines of its functions. Other
 * output passes. Call it before the first metric: from then on they are printed.
 */
export function collectPrintedMetrics(store: MetricStore): { readonly lines: string[]; stop(): void } {
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  const lines: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((chunk: unknown, ...rest: unknown[]) => {
    const text = String(chunk);
    if (!store.collect(text.trimEnd())) return Reflect.apply(write, process.stdout, [chunk, ...rest]);
    lines.push(text);
    return true;
  }) as typeof process.stdout.write;
  return {
    lines,
    stop: () => {
      process.stdout.write = write;
    },
  };
}
