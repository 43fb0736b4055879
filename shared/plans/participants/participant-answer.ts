import type { z } from 'zod';
import { shownOfCheck } from '#kernel/kyc-check.ts';
import { fromMinor } from '#kernel/money.ts';
import type { ParticipantRow } from './participant.repository.ts';
import type { Participant } from './participants.routes.ts';

export function toParticipant(row: ParticipantRow): z.input<typeof Participant> {
  const { employee_id, name, email, date_of_birth, hired_on, terminated_on, rehired_on, kyc_status } = row;
  const wages = Object.entries(row.wages as Record<string, string>).map(([year, minor]) => ({
    year: Number(year),
    amount: fromMinor(BigInt(minor), 'USD'),
  }));
  return {
    ...{ employee_id, name, email, date_of_birth, hired_on, terminated_on, rehired_on },
    compensation: row.compensation === null ? null : fromMinor(row.compensation, 'USD'),
    ...{
      wages,
      kyc_status,
      ...shownOfCheck(row),
      version: row.version,
      created_at: row.created_at.toISOString(),
      created_by: row.created_by,
    },
  };
}
