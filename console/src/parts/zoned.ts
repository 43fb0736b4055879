const MINUTE_MS = 60_000;

/** Returns the instant of `2027-03-15 09:30` in a time zone; what is no such time is returned as it is, for the API to refuse. */
export function instantIn(local: string, timeZone: string | undefined): string {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)$/.exec(local.trim());
  if (parts === null) return local.trim();
  const asUtc = Date.parse(`${parts[1]}T${parts[2]}:00Z`);
  if (Number.isNaN(asUtc)) return local.trim();
  // The offset is that of the time itself, which one step of approximation finds, also beside a change of the clocks.
  const first = asUtc - offsetMs(asUtc, timeZone);
  return new Date(asUtc - offsetMs(first, timeZone)).toISOString();
}

/** The milliseconds by which clocks of a zone are ahead of UTC at an instant. */
function offsetMs(at: number, timeZone: string | undefined): number {
  const shown = new Intl.DateTimeFormat('sv-SE', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    timeZone,
  }).format(new Date(at));
  return Date.parse(`${shown.replace(' ', 'T')}:00Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
