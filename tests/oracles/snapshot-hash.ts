import { canonicalDecimal } from '#kernel/decimal.ts';
import { blockHash } from './block-hash.ts';

export interface SnapshotLine {
  readonly shareholderId: string;
  readonly holdings: string;
  readonly amountMinor: bigint;
}

/**
 * The hash of a dividend's snapshot, from its lines in the order of shareholder ids:
 * {@link blockHash} of `<shareholder id>,<holdings without trailing zeros>,<amount in minor units>`.
 */
export function snapshotHash(lines: Iterable<SnapshotLine>): string {
  return blockHash(
    Iterator.from(lines).map(
      ({ shareholderId, holdings, amountMinor }) =>
        `${shareholderId},${canonicalDecimal(holdings)},${amountMinor}`,
    ),
  );
}
