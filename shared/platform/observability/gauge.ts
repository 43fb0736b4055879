import { type Dimensions, type GaugeName, METRICS } from '#contracts/metrics.ts';
import { emit } from './metrics.ts';

/** Says what a gauge shows now. */
export function gauge<N extends GaugeName>(name: N, value: number, dimensions: Dimensions<N>): void {
  emit(name, METRICS[name].unit, value, dimensions);
}
