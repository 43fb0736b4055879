import { awsClient } from '#platform/aws/client.ts';
import { logger } from '#platform/observability/logger.ts';
import { inSpan } from '#platform/observability/trace.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { mailEnvironment } from './mail-environment.ts';
import { Mail, type MailMessage } from './mail-message.ts';
import { mailPlace } from './mail-place.ts';
import { renderMail } from './render-mail.ts';

/** Hands a mail to SES, which makes the message and its headers. */
export async function deliverMail(message: MailMessage): Promise<void> {
  const from = mailEnvironment.mailFrom();
  if (from === undefined) return logger.warn('this environment has no address to send mail from');
  const sealer = await fieldSealer();
  const mail = Mail.parse(JSON.parse(sealer.open(message.sealed, mailPlace(message))));
  const { subject, text, html } = renderMail(mail);
  const { SendEmailCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
  const command = new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [mail.to] },
    Content: {
      Simple: {
        Subject: { Data: subject, Charset: 'UTF-8' },
        Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
        // No robot answers it (RFC 3834), and a mail that arrives twice can be told.
        Headers: [
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          { Name: 'X-Vestry-Mail', Value: message.mail_id },
        ],
      },
    },
  });
  await inSpan({ name: 'mail', kind: 'client', attributes: { kind: mail.kind } }, () =>
    awsClient(SESv2Client).send(command),
  );
}
