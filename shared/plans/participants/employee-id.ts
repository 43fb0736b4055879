import * as z from 'zod';
import { identifier } from '#kernel/fields.ts';

/** A path takes one for a place in itself, so that nobody could be asked for by such a number. */
const PLACES: readonly string[] = ['.', '..'];

/** The sponsor's own number for an employee. */
export const employeeId = identifier.refine((value) => !PLACES.includes(value), 'must not be a dot, nor two');

/** API Gateway wants one name for this part of every path below `/participants`. */
export const employeeInPath = z.object({ employee: employeeId });
