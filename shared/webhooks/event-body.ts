/** An event on the bus, whatever its kind. */
interface Detail {
  readonly id: string;
  readonly tenant_id: string;
  readonly schema_version: number;
  readonly request_id: string;
  readonly traceparent?: unknown;
}

/** An event as a customer gets it, delivered or listed: the ids of our own request and trace are left out. */
export function eventBody<T extends string>(
  type: T,
  time: string,
  { id, tenant_id, schema_version, request_id: _, traceparent: __, ...data }: Detail,
) {
  return { id, type, time, tenant_id, schema_version, data };
}
