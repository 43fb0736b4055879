import type { ServiceBreak } from '#plans/vesting/service-breaks.ts';

/** The days of a participant's life and service that the census knows. */
export interface CensusDays {
  readonly date_of_birth: string | null;
  readonly hired_on: string | null;
  /** The last day of service. */
  readonly terminated_on: string | null;
  /** The day on which it went on. */
  readonly rehired_on: string | null;
}

export interface CensusFault {
  readonly field: keyof CensusDays;
  readonly code: string;
  readonly message: string;
}

/** Returns the first day that can't be true beside the others. A hire, an end and a rehire may lie ahead; a birth doesn't. */
export function findCensusFault(
  { date_of_birth: born, hired_on: hired, terminated_on: left, rehired_on: back }: CensusDays,
  today: string,
): CensusFault | undefined {
  const fault = (field: keyof CensusDays, code: string, message: string): CensusFault => ({
    field,
    code,
    message,
  });
  if (born !== null && born > today) return fault('date_of_birth', 'in-future', 'must not be in the future');
  if (born !== null && hired !== null && hired <= born)
    return fault('hired_on', 'before-birth', 'must be after the date of birth');
  if (left !== null && hired !== null && left < hired)
    return fault('terminated_on', 'before-hire', `must not be before the hire on ${hired}`);
  if (back !== null && left === null)
    return fault('rehired_on', 'not-terminated', 'is only for somebody with a terminated_on');
  if (back !== null && left !== null && back <= left)
    return fault('rehired_on', 'out-of-range', `must be after ${left}, the last day before`);
  return undefined;
}

/**
 * Returns the service that counts for the money of a plan: from the hire on, also where that was long before the enrolment, without absences from which the
 * participant was back when enrolled. Without a hire date nothing is known but the enrolment.
 */
export function serviceFrom(
  { hired_on: hired, terminated_on: left, rehired_on: back }: Omit<CensusDays, 'date_of_birth'>,
  enrolledOn: string,
): { readonly vestingStart: string; readonly breaks: readonly ServiceBreak[] } {
  if (hired === null || hired >= enrolledOn) return { vestingStart: enrolledOn, breaks: [] };
  const wasAway = left !== null && back !== null && back <= enrolledOn;
  return { vestingStart: hired, breaks: wasAway ? [{ terminated_on: left, rehired_on: back }] : [] };
}

/** Returns why somebody can't be enrolled from a day on; undefined where they can. */
export function findEnrolmentFault(
  { hired_on: hired, terminated_on: left, rehired_on: back }: Omit<CensusDays, 'date_of_birth'>,
  enrolledOn: string,
  today: string,
): { readonly code: string; readonly message: string } | undefined {
  if (enrolledOn > today) return { code: 'in-future', message: 'must not be in the future' };
  if (hired !== null && enrolledOn < hired)
    return { code: 'before-hire', message: `must not be before the hire on ${hired}` };
  if (left !== null && enrolledOn > left && (back === null || enrolledOn < back))
    return { code: 'not-in-service', message: `must not be after ${left}, the last day of service` };
  return undefined;
}
