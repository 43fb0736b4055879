import * as jobs from '#mail/mail.jobs.ts';
import { MailMessage } from '#mail/mail-message.ts';
import { deliverMail } from '#mail/send-mail.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(jobs.sendMail, MailMessage, ({ message }) => deliverMail(message));
