import * as z from 'zod';
import { text } from '#kernel/fields.ts';

/** The sponsor's own number for an employee: compared after NFC, case-sensitive. */
export const employeeId = text(100).transform((value) => value.normalize('NFC'));

/** API Gateway wants one name for this part of every path below `/participants`. */
export const employeeInPath = z.object({ employee: employeeId });
