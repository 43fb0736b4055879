import { canonicalDecimal } from '#kernel/decimal.ts';
import { blockHash } from './block-hash.ts';

export interface SnapshotLine {
  readonly shareholderId: string;
  readonly holdings: string;
  readonly amountMinor: bigint;
  /** @default 0n */
  readonly withheldMinor?: bigint;
}

/**
 * The hash of a dividend's snapshot, from its lines in the order of shareholder ids:
 * {@link blockHash} of `<shareholder id>,<holdings without trailing zeros>,<amount in minor units>`, with `,<minor units withheld>` where tax is withheld.
 */
export function snapshotHash(lines: Iterable<SnapshotLine>): string {
  return blockHash(
    Iterator.from(lines).map(
      ({ shareholderId, holdings, amountMinor, withheldMinor = 0n }) =>
        `${shareholderId},${canonicalDecimal(holdings)},${amountMinor}${withheldMinor > 0n ? `,${withheldMinor}` : ''}`,
    ),
  );
}
