import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import type { ParticipantRow } from './participant.repository.ts';
import type { Participant } from './participants.routes.ts';

export function toParticipant(row: ParticipantRow): z.input<typeof Participant> {
  const { employee_id, date_of_birth, hired_on, version, created_at } = row;
  const wages = Object.entries(row.wages as Record<string, string>).map(([year, minor]) => ({
    year: Number(year),
    amount: fromMinor(BigInt(minor), 'USD'),
  }));
  return { employee_id, date_of_birth, hired_on, wages, version, created_at: created_at.toISOString() };
}
