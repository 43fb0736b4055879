import { callBack } from '#payments/mock-bank/call-back.ts';
import { CallbackMessage } from '#payments/mock-bank/callbacks.ts';
import * as jobs from '#payments/mock-bank/mock-bank.jobs.ts';
import { consumer } from '#platform/queue/consumer.ts';

export const handler = consumer(jobs.sendBankCallbacks, CallbackMessage, ({ message }) => callBack(message));
