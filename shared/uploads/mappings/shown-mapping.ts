import type { z } from 'zod';
import type { MappingRow } from './mapping.repository.ts';
import type { UploadMapping } from './mappings.routes.ts';

/** Apart from the repository: functions that receive files read mappings, and show none. */
export function toMapping(row: MappingRow): z.input<typeof UploadMapping> {
  const { columns, separator, encoding, decimal, date_format, skip_lines } = row.definition;
  return {
    ...{ id: row.id, kind: row.kind, name: row.name },
    columns: columns.map(({ from, to, value, values }) => ({
      from,
      to,
      value: value ?? null,
      values: values ?? null,
    })),
    ...{ separator: separator ?? null, encoding: encoding ?? null, decimal: decimal ?? null },
    ...{ date_format: date_format ?? null, skip_lines: skip_lines ?? 0 },
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}
