import { FIRST_ROWS } from '#kernel/expansions.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { http } from '#platform/http/http.ts';
import { withExpanded } from '#platform/http/with-expanded.ts';
import { findShareholder, toShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

/** The parts that a holder can be answered with, each as its own operation answers it. The code of one is loaded once somebody asks for it. */
const PARTS = {
  positions: async (read: TenantRead, id: string) => {
    const { listPositions, positionOf, toPositionEntry } = await import('#register/position.repository.ts');
    const rows = await listPositions(read, id, FIRST_ROWS);
    return toPage(rows, FIRST_ROWS.limit, toPositionEntry, positionOf);
  },
  dividends: async (read: TenantRead, id: string) => {
    const lines = await import('#dividends/dividend-line.repository.ts');
    const rows = await lines.listLinesOfHolder(read, id, FIRST_ROWS);
    return toPage(rows, FIRST_ROWS.limit, lines.toShareholderDividend, lines.positionOfHolders);
  },
  votes: async (read: TenantRead, id: string) => {
    const { listVotesOfHolder, toListedVote } = await import('#proxy/vote.repository.ts');
    const rows = await listVotesOfHolder(read, id, FIRST_ROWS);
    return toPage(rows, FIRST_ROWS.limit, toListedVote, (row) => [row.id]);
  },
} as const;

export const handler = http(routes.getShareholder, async ({ params: { id }, query, tenantRead }) =>
  tenantRead(async (read) =>
    withExpanded(toShareholder(found(await findShareholder(read, id))), query.expand, (name) =>
      PARTS[name](read, id),
    ),
  ),
);
