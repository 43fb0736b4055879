/**
 * Reads the report of a run that failed. Files with a test that failed are run once more, each alone: those that pass then are
 * named as flaky, so that they are mended and not forgotten. Anything else that failed stays failed, and so does a run in which
 * more failed than a busy machine explains.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

const REPORT = 'coverage/tests.json';
const REPORT_AGAIN = 'coverage/tests-again.json';
const MOST_FILES = 5;

/** The results by file, or undefined where the run ended without a report. */
function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).testResults : undefined;
}

const failedIn = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed');

function runAlone({ name }) {
  rmSync(REPORT_AGAIN, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT_AGAIN}`];
  const { status } = spawnSync('npx', ['vitest', 'run', relative('.', name), ...reporters], {
    stdio: 'inherit',
  });
  const results = readReport(REPORT_AGAIN) ?? [];
  return { passed: status === 0, result: results.find((result) => result.name === name) };
}

const results = readReport(REPORT);
// Formatting, types or what is generated failed, and the tests did not run.
if (results === undefined) process.exit(1);

const failed = results.filter(({ status }) => status !== 'passed');
let isMended = failed.length > 0 && failed.length <= MOST_FILES;
const final = new Map(results.map((result) => [result.name, result]));
if (isMended) {
  const flaky = [];
  for (const file of failed) {
    console.log(`\n${relative('.', file.name)} failed: once more, alone`);
    const again = runAlone(file);
    if (again.result !== undefined) final.set(file.name, again.result);
    isMended &&= again.passed;
    if (!again.passed) continue;
    const names = failedIn(file).map(({ fullName }) => fullName);
    for (const name of names.length > 0 ? names : ['outside its tests'])
      flaky.push(`FLAKY ${relative('.', file.name)} > ${name}`);
  }
  if (flaky.length > 0) console.log(`\nPassed only when they were run again, alone:\n${flaky.join('\n')}`);
}

const tests = [...final.values()].flatMap(({ assertionResults }) => assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;
console.log(`${count('passed')} passed, ${count('failed')} failed`);
process.exit(isMended ? 0 : 1);
