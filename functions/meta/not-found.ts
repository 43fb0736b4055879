import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { scimAnswers } from '#identity/scim/scim-answers.http.ts';
import { answerUnrouted, type PublishedPaths, UNROUTED } from '#meta/unrouted.http.ts';
import { instrumented } from '#platform/http/instrumented.ts';
import { observe, problems } from '#platform/http/middlewares.ts';
import { headersOf } from '#platform/http/parse.ts';

let document: { paths: PublishedPaths } | undefined;

/** The published contract says which methods a path has: there is no second list that could differ from it. */
function publishedPaths(): PublishedPaths {
  document ??= JSON.parse(readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8')) as {
    paths: PublishedPaths;
  };
  return document.paths;
}

const stack = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
  .use(problems(UNROUTED))
  .use(observe(UNROUTED))
  .handler(async (event) =>
    answerUnrouted(event, headersOf(event).get('x-request-id')?.[0] ?? '', publishedPaths),
  );

const answer = instrumented(UNROUTED, stack);
const answerDirectory = scimAnswers(answer);
const OF_DIRECTORIES = /\/scim\/v2(\/|$)/;

/** API Gateway sends every path, and every method of a path, that no route serves to this function. Directories are answered in their own shape. */
export const handler: typeof answer = (event, context) =>
  OF_DIRECTORIES.test(event.path ?? '') ? answerDirectory(event, context) : answer(event, context);
