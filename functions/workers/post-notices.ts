import { NoticeMessage } from '#identity/notices/notice-message.ts';
import * as jobs from '#identity/notices/notices.jobs.ts';
import { writeNotice } from '#identity/notices/write-notice.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(jobs.postNotices, NoticeMessage, ({ message, requestId }) =>
  writeNotice(message, requestId),
);
