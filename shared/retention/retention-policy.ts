import * as z from 'zod';
import { DAY_MS } from '#kernel/calendar.ts';

/**
 * The retention policy is one object: the daily purge erases by it, and the lifecycle rules of the buckets are made
 * from it, so that a record and its files end together. This module is pure data.
 */

/**
 * A transfer agent keeps the records of an account for six years after it is closed (17 CFR 240.17Ad-7(d)), the administrator
 * of a plan its records for six years (ERISA, 29 USC 1027).
 */
export const LEGAL_MINIMUM_YEARS = 6;
const MAXIMUM_YEARS = 30;

/** The years for which records are kept that the law requires. */
export const retentionYears = z
  .number()
  .int()
  .min(LEGAL_MINIMUM_YEARS, `the law asks for at least ${LEGAL_MINIMUM_YEARS} years`)
  .max(MAXIMUM_YEARS);

export const RetentionPolicy = z
  .strictObject({
    /** Personal data of closed holders, terminated participants, disabled users, and accounts that are paid into no more. */
    recordYears: retentionYears,
    /** Files as they came from tenants and went to banks. */
    fileYears: retentionYears,
    /** Exported entries of the audit trail, under Object Lock. */
    auditYears: retentionYears,
    /** The days after which files that are kept for years move to Glacier, which charges for at least 90 days. */
    archiveAfterDays: z.number().int().min(1).max(365),
    /** Refused rows of uploads: the file of them, and what the upload quotes of them. */
    errorsDays: z.number().int().min(30).max(365),
    /** Events that were published. */
    outboxDays: z.number().int().min(7).max(365),
    /** Deliveries to webhooks with their logs, and webhooks that were deleted. */
    deliveryDays: z.number().int().min(7).max(365),
    /** Refresh tokens after their end: while any token of a family lives, the others are needed. */
    tokenDays: z.number().int().min(1).max(365),
    /** The log of requests, which is for whoever builds on the API. The audit trail has what was changed. */
    requestDays: z.number().int().min(7).max(365),
  })
  .refine(({ outboxDays, deliveryDays }) => deliveryDays > outboxDays, {
    path: ['deliveryDays'],
    message:
      'must be more than outboxDays: the sweep would make the deliveries of an event again that are erased before it',
  });

export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/** Returns the policy of an environment that keeps records for so many years. Throws below the legal minimum. */
export function retentionPolicy(years: number): RetentionPolicy {
  return RetentionPolicy.parse({
    recordYears: years,
    fileYears: years,
    auditYears: years,
    archiveAfterDays: 90,
    errorsDays: 90,
    outboxDays: 30,
    deliveryDays: 90,
    tokenDays: 30,
    requestDays: 30,
  } satisfies RetentionPolicy);
}

/** Years in days, never too few. */
export function daysOf(years: number): number {
  return years * 366;
}

/** Returns the instant so many years before another, on the same day of the calendar; for Feb 29, on Feb 28. */
export function yearsBefore(at: Date, years: number): Date {
  const before = new Date(at);
  before.setUTCFullYear(at.getUTCFullYear() - years);
  if (before.getUTCMonth() !== at.getUTCMonth()) before.setUTCDate(0);
  return before;
}

export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * DAY_MS);
}
