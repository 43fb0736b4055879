import * as z from 'zod';
import { identifier } from '#kernel/fields.ts';

/** The sponsor's own number for an employee. */
export const employeeId = identifier;

/** API Gateway wants one name for this part of every path below `/participants`. */
export const employeeInPath = z.object({ employee: employeeId });
