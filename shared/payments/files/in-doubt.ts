import { sql } from 'kysely';

/**
 * Whether silence says nothing of an entry of a file, `f`: nobody has said that the bank has the file, or something that the bank has
 * answered is not applied. A statement answers nothing.
 */
export const IN_DOUBT = sql`(f.acknowledged_at is null or exists (
  select from inbound_files i where i.tenant_id = f.tenant_id and i.acknowledged_at is null and i.state <> 'APPLIED'
    and i.kind = 'ANSWERS'))`;
